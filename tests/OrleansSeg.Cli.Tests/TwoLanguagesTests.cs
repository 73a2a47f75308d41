using System.Globalization;
using System.Text;

namespace OrleansSeg.Cli.Tests;

/// <summary>A shop whose titles and customers speak Chinese and English, from its file to segments.</summary>
public sealed class TwoLanguagesTests : IDisposable
{
    private static readonly string[] Titles = ["red mug", "红色台灯", "garden chair", "羊毛毯", "blue scarf", "咖啡机", "picture frame", "面包刀"];
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Shop_IsImported_ItsTextsPretrained_ItsMessagesTagged_AndItsCustomersScored()
    {
        var shop = _shell.Write("shop.csv", Events(customers: 320));
        var imported = await _shell.JsonAsync("import", shop, "--layout", "events");
        Assert.Equal((320, 0), ((int)imported["customers"]!, imported["rejected"]!.AsObject().Count));

        var encoder = InFolder("encoder");
        var pretrained = await _shell.JsonAsync("text", "pretrain", "--texts", shop, "--text-column", "text", "--out", encoder, "--epochs", "20", "--hidden", "64", "--layers", "1", "--tokens-max", "32");
        Assert.True((double)pretrained["after"]!["loss"]! < (double)pretrained["before"]!["loss"]!);
        var vocabulary = File.ReadAllLines(Path.Combine(encoder, "vocab.txt"));
        Assert.All(["台", "灯", "garden"], entry => Assert.Contains(entry, vocabulary));

        await TrainAsync();
        await _shell.JsonAsync("tag", "register", "--tagger", InFolder("tagger"));
        foreach (var (text, said, label) in new[] { ("Hello, yesterday I ordered two of the mug.", "ordered", "buy"), ("你好，昨天我😀下单了红色台灯。", "下单", "buy"), ("我们在找一个帐篷，谢谢。", "在找", "search") })
        {
            string[] line = ["tag", "text", text, "--customer", "7", "--at", "2025-12-01T12:00:00Z", "--channel", "chat"];
            var told = await _shell.JsonAsync(line);
            var spans = told["texts"]![0]!["spans"]!.AsArray();
            Assert.True(
                spans.Any(span => (string)span!["label"]! == label && text[(int)span["start"]!..(int)span["end"]!].Contains(said, StringComparison.Ordinal)), $"{text}: {spans}");
            Assert.Equal(spans.Count, (int)told["recorded"]!["added"]!);
            Assert.Equal(0, (int)(await _shell.JsonAsync(line))["recorded"]!["added"]!);
        }

        await _shell.JsonAsync("train", "--as-of", "2025-12-02");
        var found = (await _shell.JsonAsync("lookup", "7", "顾客8", "--as-of", "2025-12-02")).AsArray();
        Assert.Equal(["7", "顾客8"], found.Select(customer => (string)customer!["customer"]!));
        Assert.All(found, customer => Assert.NotEmpty(customer!["probabilities"]!.AsObject()));
    }

    private async Task TrainAsync()
    {
        var (english, chinese) = (InFolder("en.conll"), InFolder("zh.conll"));
        await _shell.JsonAsync("tag", "generate", english, "--texts", "250");
        await _shell.JsonAsync("tag", "generate", chinese, "--texts", "250", "--language", "zh");
        File.AppendAllText(english, File.ReadAllText(chinese));
        await _shell.JsonAsync("tag", "train", english, "--out", InFolder("tagger"), "--epochs", "10", "--learning-rate", "2e-3");
    }

    // Half of the customers have Chinese ids, and buy every one to nine weeks; some write.
    private static string Events(int customers)
    {
        var (random, text) = (new Random(5), new StringBuilder("customerId,timestamp,type,orderId,item,quantity,unitPrice,text\n"));
        for (var customer = 0; customer < customers; customer++)
        {
            var id = customer % 2 == 0 ? $"顾客{customer}" : $"{customer}";
            var ends = random.Next(120, 420);
            for (var day = random.Next(60); day < ends; day += random.Next(7, 63))
            {
                var (at, item) = (new DateTime(2024, 10, 1, 12, 0, 0, DateTimeKind.Utc).AddDays(day), random.Next(Titles.Length));
                var when = at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
                text.Append(CultureInfo.InvariantCulture, $"{id},{when},purchase,{customer}-{day},{item},{random.Next(1, 5)},{random.Next(3, 40)}.50,{Titles[item]} {random.Next(20)}\n");
                if (random.Next(8) == 0)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{id},{when},supportMessage,,,,,{(random.Next(2) == 0 ? "where is my" : "请问什么时候到货")} {Titles[item]}\n");
                }
            }
        }

        return text.ToString();
    }

    private string InFolder(string name) => Path.Combine(_shell.Folder, name);
}
