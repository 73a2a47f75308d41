namespace OrleansSeg.Cli.Tests;

public sealed class ImportTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Json_OfASoundFile_HasTheDocumentedShape_AndEveryRowCounted()
    {
        var report = await ImportAsync(_shell.Write("sound.csv", RetailFile.Sound(customers: 5, linesEach: 4)));
        Assert.Equal(
            "{rowsRead: number, rowsKept: number, dropped: {}, rejected: {}, rejectedExamples: [], customers: number, events: number, "
            + "firstEvent: string, lastEvent: string, eventTypes: {purchase: number}, missingValues: {}, returnsMatched: number, "
            + "returnsUnmatched: number, notProductLines: number, repeatedRows: number, amountOutliers: number, amountOutlierLimit: null, "
            + "layout: string, format: string, encoding: string, encodingRepairs: number, timeZone: string, "
            + "added: number, alreadyKnown: number, refused: number}",
            Shape.Of(report));
        Assert.Equal((20, 20, 5, 20, 20), (Int(report, "rowsRead"), Int(report, "rowsKept"), Int(report, "customers"), Int(report, "events"), Int(report, "added")));
        Assert.Equal("2011-01-08T00:00:00+00:00", (string?)report["firstEvent"]);
    }

    [Fact]
    public async Task Again_TheSameFile_AddsNothing()
    {
        var file = _shell.Write("sound.csv", RetailFile.Sound(customers: 5, linesEach: 4));
        await ImportAsync(file);
        var before = await _shell.JsonAsync("verify");
        var again = await ImportAsync(file);
        Assert.Equal((0, 20), (Int(again, "added"), Int(again, "alreadyKnown")));
        Assert.Equal(before.ToJsonString(), (await _shell.JsonAsync("verify")).ToJsonString());
    }

    [Fact]
    public async Task IdenticalRows_AreTwoEvents_OnceHoweverOftenImported()
    {
        var row = RetailFile.Row("12001", 1);
        var file = _shell.Write("repeats.csv", RetailFile.Header + row + row);
        Assert.Equal(2, Int(await ImportAsync(file), "added"));
        Assert.Equal(0, Int(await ImportAsync(file), "added"));
        Assert.Equal(2, (int)(await _shell.JsonAsync("verify"))["events"]!);
    }

    [Fact]
    public async Task SomeBadRows_ExitThree_NameRowAndField_AndKeepTheGoodOnes()
    {
        var file = _shell.Write("mixed.csv", RetailFile.Header
            + RetailFile.Row("12001", 1)
            + RetailFile.Row("12001", 2, date: "yesterday")
            + RetailFile.Row("12002", 3, price: "NaN")
            + RetailFile.Row("12002", 4));
        var report = (await _shell.RunAsync("import", file, "--layout", "online-retail", "--json")).Json(ExitCode.RowsRejected);
        Assert.Equal((4, 2, 2), (Int(report, "rowsRead"), Int(report, "rowsKept"), Int(report, "added")));
        Assert.Equal(2, report["rejected"]!.AsObject().Sum(reason => (int)reason.Value!));
        Assert.Contains(report["rejectedExamples"]!.AsArray(), example => (int)example!["row"]! == 3 && (string?)example["field"] == "timestamp");
        Assert.Equal(2, (int)(await _shell.JsonAsync("verify"))["customers"]!);
    }

    [Fact]
    public async Task OnlyBadRows_ExitTwo_AndStoreNothing()
    {
        var file = _shell.Write("bad.csv", RetailFile.Header + RetailFile.Row("12001", 1, date: "yesterday") + RetailFile.Row("12002", 2, date: "never"));
        var report = (await _shell.RunAsync("import", file, "--layout", "online-retail", "--json")).Json(ExitCode.Usage);
        Assert.Equal(0, Int(report, "rowsKept"));
        Assert.Equal(0, (int)(await _shell.JsonAsync("verify"))["customers"]!);
    }

    [Fact]
    public async Task RowsThatPolicyDrops_AreCounted_AndExitZero()
    {
        var file = _shell.Write("anonymous.csv", RetailFile.Header + RetailFile.Row("", 1) + RetailFile.Row("12002", 2) + RetailFile.Row("12002", 3, price: "0"));
        var report = await ImportAsync(file);
        Assert.Equal("{missingCustomerId: number, nonPositivePrice: number}", Shape.Of(report["dropped"]));
        Assert.Equal(1, Int(report, "rowsKept"));
    }

    [Fact]
    public async Task MissingColumn_ExitsTwo_NamingWhatWasExpectedAndFound()
    {
        var file = _shell.Write("columns.csv", "Invoice,StockCode,When\n1,2,3\n");
        var ran = await _shell.RunAsync("import", file, "--layout", "online-retail", "--json");
        ran.Fails(ExitCode.Usage, "InvoiceDate", "When");
    }

    [Fact]
    public async Task UnknownLayout_ExitsTwo_NamingTheKnownOnes()
    {
        var ran = await _shell.RunAsync("import", _shell.Write("sound.csv", RetailFile.Sound(1, 1)), "--layout", "frobnicate");
        ran.Fails(ExitCode.Usage, "frobnicate", "online-retail");
    }

    [Fact]
    public async Task ForPeople_ReportGoesToStandardOutput_AndExamplesAreShown()
    {
        var file = _shell.Write("mixed.csv", RetailFile.Header + RetailFile.Row("12001", 1) + RetailFile.Row("12001", 2, date: "yesterday"));
        var ran = await _shell.RunAsync("import", file, "--layout", "online-retail");
        Assert.Equal(ExitCode.RowsRejected, ran.ExitCode);
        Assert.Contains("1 customers, 1 events from 2011-03-01 to 2011-03-01.", ran.Output, StringComparison.Ordinal);
        Assert.Contains("'yesterday'", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sites_AreApart()
    {
        var file = _shell.Write("sound.csv", RetailFile.Sound(customers: 2, linesEach: 2));
        await _shell.JsonAsync("import", file, "--layout", "online-retail", "--site", "north");
        Assert.Equal(2, (int)(await _shell.JsonAsync("verify", "--site", "north"))["customers"]!);
        Assert.Equal(0, (int)(await _shell.JsonAsync("verify", "--site", "south"))["customers"]!);
        Assert.Equal("unknown", (string?)(await _shell.JsonAsync("lookup", RetailFile.Id(1), "--site", "south"))[0]!["segment"]);
    }

    private Task<System.Text.Json.Nodes.JsonNode> ImportAsync(string file) => _shell.JsonAsync("import", file, "--layout", "online-retail");

    private static int Int(System.Text.Json.Nodes.JsonNode report, string name) => (int)report[name]!;
}
