namespace OrleansSeg.Cli.Tests;

public sealed class ClassifierVerbTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Reviews_TrainAClassifier_WhichTellsOthers()
    {
        var (file, folder, encoder) = (Reviews(300), InFolder("classifier"), InFolder("encoder"));
        string[] columns = ["--text-column", "title", "text", "--label-column", "liked"];
        await _shell.JsonAsync("text", "pretrain", "--texts", file, "--text-column", "title", "text", "--out", encoder, "--epochs", "1", "--hidden", "32", "--layers", "1", "--tokens-max", "16");
        var trained = await _shell.JsonAsync(["text", "finetune", file, "--out", folder, "--encoder", encoder, "--epochs", "3", "--learning-rate", "3e-3", .. columns]);
        Assert.Equal(["no", "yes"], trained["labels"]!.AsArray().Select(label => (string)label!));
        Assert.Equal(1, (int)trained["leftOut"]!);
        Assert.InRange((double)trained["run"]!["report"]!["macroF1"]!, 0.9, 1);
        var told = (await _shell.JsonAsync("text", "classify", "--classifier", folder, "Broken mug I hate this mug")).AsArray();
        Assert.Equal("no", (string)told[0]!["label"]!);
        Assert.Equal(1, told[0]!["probabilities"]!.AsObject().Sum(pair => (double)pair.Value!), 1e-5);
        Assert.False(Directory.Exists(_shell.DataDirectory), "Text models need no store.");
    }

    [Fact]
    public async Task Compare_MeasuresEveryWay_OnTheSameTexts()
    {
        var compared = await _shell.JsonAsync("text", "compare", Reviews(120), "--label-column", "liked", "--epochs", "1", "--seed", "3");
        var runs = compared["runs"]!.AsArray();
        Assert.Equal(["full", "frozen", "lora", "adalora", "bottleneck"], runs.Select(run => (string)run!["method"]!));
        Assert.Equal(3, (int)compared["seed"]!);
        Assert.All(runs, run => Assert.Equal((int)compared["tested"]!, (int)run!["report"]!["texts"]!));
        Assert.Equal(1, (double)runs[0]!["trainedShare"]!);
        Assert.All(runs.Skip(1), run => Assert.InRange((double)run!["trainedShare"]!, 0.0001, 0.5));
        Assert.InRange((double)compared["majority"]!["accuracy"]!, 0.3, 0.8);
    }

    [Fact]
    public async Task ColumnsBesideTheText_SayWhatTextsAdd()
    {
        // The price tells half of the answers, the text all of them.
        var random = new Random(1);
        var rows = Enumerable.Range(0, 400).Select(i => (Liked: random.Next(2) == 0, Noise: random.Next(2) == 0)).Select((row, i) =>
            $"{(row.Liked ? "I love this mug" : "broken and ugly thing")} {i % 7},{((row.Liked || row.Noise) ? 10 + (i % 3) : 20)},{(i % 2 == 0 ? "red" : "blue")},{(row.Liked ? "yes" : "no")}");
        var file = _shell.Write("rows.csv", "text,price,colour,label\n" + string.Join('\n', rows) + "\n");
        var compared = await _shell.JsonAsync("text", "compare", file, "--beside", "price", "colour", "--methods", "frozen", "--epochs", "1");
        var beside = compared["beside"]!;
        Assert.InRange((double)beside["columns"]!["accuracy"]!, 0.5, 0.9);
        Assert.InRange((double)beside["withTexts"]!["accuracy"]!, 0.97, 1);
        Assert.Null((await _shell.JsonAsync("text", "compare", file, "--methods", "frozen", "--epochs", "1"))["beside"]);
        (await _shell.RunAsync("text", "compare", file, "--beside", "size")).Fails(ExitCode.Usage, "lacks the column 'size'");
    }

    [Fact]
    public async Task WhatCannotBeLearnedFrom_ExitsTwo_NamingIt()
    {
        var reviews = Reviews(20);
        string[] train = ["text", "finetune", "--out", InFolder("classifier")];
        (await _shell.RunAsync([.. train, reviews, "--label-column", "stars"])).Fails(ExitCode.Usage, "reviews.csv lacks the column 'stars'. Found: title, text, liked.");
        (await _shell.RunAsync([.. train, _shell.Write("one.csv", "text,label\na,yes\nb,yes\n")])).Fails(ExitCode.Usage, "one.csv has one label alone in the column label, 'yes'");
        (await _shell.RunAsync([.. train, InFolder("none.csv")])).Fails(ExitCode.Usage, "There is no file");
        (await _shell.RunAsync([.. train, reviews, "--label-column", "liked", "--encoder", InFolder("none")])).Fails(ExitCode.Usage, "There is no folder");
        (await _shell.RunAsync([.. train, reviews, "--label-column", "liked", "--encoder", _shell.Folder])).Fails(ExitCode.Usage, "has no config.json");
        (await _shell.RunAsync("text", "classify", "--classifier", _shell.Folder, "hello")).Fails(ExitCode.Usage, "has no config.json");
    }

    [Fact]
    public async Task RowsThatCannotBeRead_AreLeftOut_AndExitThree()
    {
        File.AppendAllText(Reviews(100), "too,few\n");
        var ran = await _shell.RunAsync("--json", "text", "finetune", InFolder("reviews.csv"), "--label-column", "liked", "--out", InFolder("classifier"), "--epochs", "1", "--method", "frozen");
        Assert.Equal(1, (int)ran.Json(ExitCode.RowsRejected)["rejected"]!);
        Assert.Contains("has 2 columns, the header has 3", ran.Error, StringComparison.Ordinal);
    }

    // A review says in its last words what its writer thought; one row has no text.
    private string Reviews(int count)
    {
        string[] things = ["mug", "lamp", "chair", "clock"];
        var rows = Enumerable.Range(0, count).Select(i => i % 2 == 0
            ? $"Lovely,\"I love this {things[i / 2 % 4]}, number {i}\",yes"
            : $"Broken,\"I hate this {things[i / 2 % 4]}, number {i}\",no");
        return _shell.Write("reviews.csv", "title,text,liked\n" + string.Join('\n', rows) + "\n,,yes\n");
    }

    private string InFolder(string name) => Path.Combine(_shell.Folder, name);
}
