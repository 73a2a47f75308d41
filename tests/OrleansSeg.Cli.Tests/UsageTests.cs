namespace OrleansSeg.Cli.Tests;

public sealed class UsageTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("lookup", "id")]
    [InlineData("history", "id")]
    [InlineData("erase", "id")]
    [InlineData("explain", "id")]
    [InlineData("explain 1 --segment loyal", "--segment")]
    [InlineData("import", "file")]
    [InlineData("evaluate", "--cutoff")]
    [InlineData("evaluate --suite --cutoffs many", "many")]
    [InlineData("evaluate --suite --cutoff 2011-09-10", "--cutoff is for one cutoff")]
    [InlineData("evaluate --suite --set hidden=8", "--set is for one cutoff")]
    [InlineData("evaluate --cutoff 2011-09-10 --folds 3", "--folds goes with --suite")]
    [InlineData("train --horizon 0", "1 to 730")]
    [InlineData("train --horizon many", "many")]
    [InlineData("train --scheme gold", "label:attributes.NAME")]
    [InlineData("evaluate --cutoff 2011-09-10 --scheme discover:9", "discover:9")]
    [InlineData("evaluate --cutoff yesterday", "yesterday")]
    [InlineData("bench", "name")]
    [InlineData("bench nothing", "nothing")]
    [InlineData("bench record --seconds 0", "1 to 600")]
    [InlineData("bench chaos --minutes 0", "0.1 to 600")]
    [InlineData("bench chaos --store paper", "paper")]
    [InlineData("rounds", "Required")]
    [InlineData("rounds frobnicate", "frobnicate")]
    [InlineData("rounds status two", "two")]
    [InlineData("rounds report", "--out")]
    [InlineData("rounds plan --set momentum", "momentum")]
    [InlineData("rounds plan --set momentum=high", "momentum=high")]
    [InlineData("rounds plan --set momentum=0.5 momentum=0.9", "twice")]
    [InlineData("rounds plan --cutoff yesterday", "yesterday")]
    [InlineData("rounds plan --rounds many", "many")]
    [InlineData("rounds history --federation A:B", "A:B")]
    [InlineData("text", "Required")]
    [InlineData("text encode", "--encoder")]
    [InlineData("text pretrain", "--out")]
    [InlineData("tag", "Required")]
    [InlineData("lookup 1 --frobnicate", "--frobnicate")]
    [InlineData("lookup 1 --seed x", "x")]
    public async Task WrongLine_ExitsTwo_NamingWhatIsWrong(string line, string named)
    {
        var ran = await _shell.RunAsync(line.Split(' '));
        ran.Fails(ExitCode.Usage, named, "--help");
        Assert.False(Directory.Exists(_shell.DataDirectory), "A wrong line must touch nothing.");
    }

    [Theory]
    [InlineData("evaluate --suite --contenders oracle", "There is no contender 'oracle'")]
    [InlineData("evaluate --suite --contenders network:lstm", "not 'lstm'")]
    [InlineData("evaluate --suite --contenders network:gru,width=3", "There is no setting 'width'")]
    [InlineData("evaluate --suite --contenders model --cutoffs 0", "--cutoffs must be 1 to 24")]
    [InlineData("evaluate --suite --contenders model --learning-curve 0.5 2", "--learning-curve")]
    public async Task SuiteThatCannotBe_ExitsTwo_NamingWhatIsWrong(string line, string named) =>
        (await _shell.RunAsync(line.Split(' '))).Fails(ExitCode.Usage, named);

    [Fact]
    public async Task WordThatBeginsWithAnAtSign_IsTakenAsItStands()
    {
        var ran = await _shell.RunAsync("rounds", "schedule", "--cron", "@daily", "--off");
        ran.Fails(ExitCode.Usage, "Give --cron or --off, not both.");
    }

    [Theory]
    [InlineData("Shop")]
    [InlineData("")]
    [InlineData("a:b")]
    [InlineData("123456789012345678901234567890123")]
    public async Task Site_ThatIsNone_ExitsTwo(string site)
    {
        var ran = await _shell.RunAsync("lookup", "1", "--site", site);
        ran.Fails(ExitCode.Usage, "--site");
    }

    [Fact]
    public async Task Import_OfAMissingFile_ExitsTwoNamingIt()
    {
        var ran = await _shell.RunAsync("import", Path.Combine(_shell.Folder, "nowhere.csv"));
        ran.Fails(ExitCode.Usage, "nowhere.csv");
    }

    [Fact]
    public async Task Config_ThatIsMissing_ExitsTwoNamingIt()
    {
        var ran = await _shell.RunAsync("lookup", "1", "--config", Path.Combine(_shell.Folder, "nowhere.json"));
        ran.Fails(ExitCode.Usage, "nowhere.json");
    }

    [Fact]
    public async Task Config_ThatIsNoJson_ExitsTwoNamingIt()
    {
        var file = _shell.Write("broken.json", "{ \"OrleansSeg\": ");
        var ran = await _shell.RunAsync("lookup", "1", "--config", file);
        ran.Fails(ExitCode.Usage, "broken.json");
    }

    [Fact]
    public async Task Config_GivenAgain_CountsOverTheFirst_AndIsNamed()
    {
        var wrong = _shell.Write("first.json", """{ "OrleansSeg": { "Storage": "tape", "Network": { "Address": "here" } } }""");
        var right = _shell.Write("second.json", """{ "OrleansSeg": { "Storage": "sqlite" } }""");
        var ran = await _shell.RunAsync("lookup", "1", "--config", wrong, "--config", right);
        ran.Fails(ExitCode.Usage, "here");
        Assert.DoesNotContain("tape", ran.Error, StringComparison.Ordinal);
        var broken = await _shell.RunAsync("lookup", "1", "--config", right, "--config", _shell.Write("broken.json", "{ \"OrleansSeg\": "));
        broken.Fails(ExitCode.Usage, "broken.json");
        Assert.DoesNotContain("second.json", broken.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "OrleansSeg": { "Storage": "tape" } }""", "Storage")]
    [InlineData("""{ "OrleansSeg": { "Network": { "Address": "here" } } }""", "here")]
    [InlineData("""{ "OrleansSeg": { "Colour": "red" } }""", "Colour")]
    [InlineData("""{ "OrleansSeg": { "Customers": { "HotPageBytesMax": 1 } } }""", "HotPageBytesMax")]
    [InlineData("""{ "OrleansSeg": { "Customers": { "HotPage": 1 } } }""", "HotPage")]
    [InlineData("""{ "OrleansSeg": { "Customers": { "HotPageBytesMax": "many" } } }""", "HotPageBytesMax")]
    public async Task Config_WithAWrongSetting_ExitsTwoNamingTheField(string json, string field)
    {
        var ran = await _shell.RunAsync("lookup", "1", "--config", _shell.Write("wrong.json", json));
        ran.Fails(ExitCode.Usage, field);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("10001")]
    public async Task History_BeyondItsLimit_ExitsTwo(string limit)
    {
        var ran = await _shell.RunAsync("history", "1", "--limit", limit);
        ran.Fails(ExitCode.Usage, limit);
    }

    [Fact]
    public async Task History_WithATokenOfSomebodyElse_ExitsTwo()
    {
        var ran = await _shell.RunAsync("history", "1", "--page", "bogus");
        ran.Fails(ExitCode.Usage);
    }

    [Fact]
    public async Task LookUp_OfAnIdBeyondItsBound_ExitsTwoSayingHowLong()
    {
        var ran = await _shell.RunAsync("lookup", new string('x', 257));
        ran.Fails(ExitCode.Usage, "257");
    }

    [Fact]
    public async Task Export_OfEverybody_WithoutAFile_ExitsTwo()
    {
        var ran = await _shell.RunAsync("export");
        ran.Fails(ExitCode.Usage, "--out");
    }

    [Fact]
    public async Task Help_ListsEveryVerb_AndExitsZero()
    {
        var ran = await Shell.RunAsync(CancellationToken.None, "--help");
        Assert.Equal(ExitCode.Done, ran.ExitCode);
        string[] verbs = ["serve", "import", "train", "evaluate", "lookup", "history", "explain", "export", "erase", "verify", "models", "bench", "init-store", "rounds", "tag"];
        Assert.All(verbs, verb => Assert.Contains($"  {verb}", ran.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connect_WithNobodyThere_ExitsOneNamingTheAddress()
    {
        var file = _shell.Write("nobody.json", """{ "OrleansSeg": { "Network": { "GatewayPort": 1 } } }""");
        var ran = await _shell.RunAsync("lookup", "1", "--connect", "--config", file);
        ran.Fails(ExitCode.Failed, "127.0.0.1:1");
    }
}
