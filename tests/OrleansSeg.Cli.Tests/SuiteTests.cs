namespace OrleansSeg.Cli.Tests;

public sealed class SuiteTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task SuiteThatIsRefused_HasNotLooked_AndOneThatScores_HasAtEachCutoff()
    {
        await _shell.JsonAsync("import", _shell.Write("shop.csv", RegularShop.Events(customers: 215)), "--layout", "events");
        string[] line = ["evaluate", "--suite", "--horizon", "45", "--cutoffs", "2", "--seeds", "1", "--contenders", "majority", "--last"];
        (await _shell.RunAsync([.. line, "2025-03-20"])).Fails(ExitCode.Usage, "The history reaches back 34 days");
        Assert.False(File.Exists(Path.Combine(_shell.DataDirectory, "looks.json")));

        for (var times = 1; times <= 2; times++)
        {
            var looks = (await _shell.JsonAsync([.. line, "2025-10-16"]))["looks"]!.AsArray();
            Assert.Equal([("2025-09-16", times), ("2025-10-16", times)], looks.Select(look => (((string)look!["cutoff"]!)[..10], (int)look["times"]!)));
        }
    }
}
