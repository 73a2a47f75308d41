using OrleansSeg.Data.Import;

namespace OrleansSeg.Data.Tests.Import;

public sealed class ColumnFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-columns-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a.csv", "Title,stars,Text\nred mug,5,\"good, \"\"really\"\"\"\n蓝色杯子,1,\nalone\n")]
    [InlineData("a.tsv", "Title\tstars\tText\nred mug\t5\tgood, \"really\"\n蓝色杯子\t1\t\nalone\n")]
    [InlineData("a.jsonl", "{\"title\":\"red mug\",\"text\":\"good, \\\"really\\\"\",\"stars\":5}\n{\"stars\":1,\"title\":\"蓝色杯子\"}\n{broken\n")]
    public async Task ChosenColumns_AreReadOfEveryFormat_AndUnreadableRowsTold(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        var (rows, rejected) = (new List<string[]>(), new List<long>());
        await foreach (var row in ColumnFile.ReadAsync(path, ["title", "text", "stars"], (number, _) => rejected.Add(number)))
        {
            rows.Add(row);
        }

        Assert.Equal([["red mug", "good, \"really\"", "5"], ["蓝色杯子", "", "1"]], rows);
        Assert.Single(rejected);
    }

    [Fact]
    public async Task MissingColumn_IsNamed_BesideThoseThatAreThere()
    {
        var path = Path.Combine(_folder, "a.csv");
        File.WriteAllText(path, "title,text\na,b\n");
        var refused = await Assert.ThrowsAsync<ImportUsageException>(async () => await ColumnFile.ReadAsync(path, ["title", "stars"], (_, _) => { }).GetAsyncEnumerator().MoveNextAsync());
        Assert.Equal("a.csv lacks the column 'stars'. Found: title, text.", refused.Message);
    }
}
