using System.Text.Json.Nodes;

namespace OrleansSeg.Cli.Tests;

/// <summary>Verbs about customers that no model has scored.</summary>
public sealed class CustomerVerbTests : IAsyncLifetime, IDisposable
{
    private readonly Shell _shell = new();

    public async Task InitializeAsync()
    {
        var file = _shell.Write("sound.csv", RetailFile.Sound(customers: 3, linesEach: 4));
        await _shell.JsonAsync("import", file, "--layout", "online-retail");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task LookUp_OfKnownAndUnknown_AnswersInTheOrderAsked()
    {
        var answers = await _shell.JsonAsync("lookup", RetailFile.Id(2), "nobody", RetailFile.Id(1));
        Assert.Equal(
            "[{customer: string, segment: string, probabilities: {}, churnProbability: null, expectedValue: null, expectedValueLow: null, expectedValueHigh: null, modelVersion: number, "
            + "assignedAt: null, eventsSeen: number, stale: bool}]",
            Shape.Of(answers));
        Assert.Equal(
            [(RetailFile.Id(2), "unscored", true), ("nobody", "unknown", false), (RetailFile.Id(1), "unscored", true)],
            answers.AsArray().Select(answer => ((string)answer!["customer"]!, (string)answer["segment"]!, (bool)answer["stale"]!)));
    }

    [Fact]
    public async Task LookUp_OfNobody_WritesNothing()
    {
        await _shell.JsonAsync("lookup", "nobody", "--", "--nobody-either");
        Assert.Equal(3, (int)(await _shell.JsonAsync("verify"))["customers"]!);
        Assert.Equal("0", await CountOfAsync("nobody"));
    }

    [Fact]
    public async Task LookUp_ForFreshness_WithoutAModel_AnswersUnscored()
    {
        var answers = await _shell.JsonAsync("lookup", RetailFile.Id(1), "--fresh");
        Assert.Equal("unscored", (string?)answers[0]!["segment"]);
    }

    [Fact]
    public async Task History_IsPaged_OldestFirst_EachEventOnce()
    {
        var first = await _shell.JsonAsync("history", RetailFile.Id(1), "--limit", "3");
        Assert.Equal(
            "{customer: string, events: [{eventId: string, type: string, timestamp: string, orderId: string, item: string, category: null, "
            + "quantity: number, unitPrice: number, currency: null, rating: null, channel: null, text: string, recordedAt: string, backfilled: bool}], "
            + "nextPageToken: string}",
            Shape.Of(first));
        var second = await _shell.JsonAsync("history", RetailFile.Id(1), "--limit", "3", "--page", (string)first["nextPageToken"]!);
        Assert.Null(second["nextPageToken"]);
        var events = Events(first).Concat(Events(second)).ToList();
        Assert.Equal(4, events.Select(e => (string)e["eventId"]!).Distinct().Count());
        Assert.Equal(4, events.Count);
        Assert.Equal(events.Select(Time).Order(), events.Select(Time));
    }

    [Fact]
    public async Task History_BetweenTimes_IncludesTheFirstAndExcludesTheLast()
    {
        var all = Events(await _shell.JsonAsync("history", RetailFile.Id(1))).Select(Time).ToList();
        var some = await _shell.JsonAsync("history", RetailFile.Id(1), "--from", all[1].ToString("O"), "--to", all[3].ToString("O"));
        Assert.Equal(all[1..3], Events(some).Select(Time));
    }

    [Fact]
    public async Task History_OfNobody_IsEmpty()
    {
        var history = await _shell.JsonAsync("history", "nobody");
        Assert.Empty(Events(history));
    }

    [Fact]
    public async Task Export_OfOne_HoldsEverythingStored()
    {
        var exports = await _shell.JsonAsync("export", RetailFile.Id(1));
        Assert.Equal(
            "{site: string, customer: string, exportedAt: string, attributes: {country: string}, consents: {profiling: bool, training: bool}, "
            + "assignment: {customer: string, segment: string, probabilities: {}, churnProbability: null, expectedValue: null, expectedValueLow: null, expectedValueHigh: null, modelVersion: number, "
            + "assignedAt: null, eventsSeen: number, stale: bool}, events: [{eventId: string, type: string, timestamp: string, orderId: string, "
            + "item: string, category: null, quantity: number, unitPrice: number, currency: null, rating: null, channel: null, text: string, "
            + "recordedAt: string, backfilled: bool}]}",
            Shape.Of(exports[0]));
        Assert.Equal(4, Events(exports[0]!).Count());
    }

    [Fact]
    public async Task Export_OfTheSite_WritesOneLineForEachCustomer()
    {
        var file = Path.Combine(_shell.Folder, "site.jsonl");
        var answer = await _shell.JsonAsync("export", "--out", file);
        Assert.Equal(3, (int)answer["customers"]!);
        var customers = File.ReadLines(file).Select(line => (string)JsonNode.Parse(line)!["customer"]!);
        Assert.Equal(Enumerable.Range(1, 3).Select(RetailFile.Id), customers.Order(StringComparer.Ordinal));
        Assert.False(File.Exists(file + ".new"));
    }

    [Fact]
    public async Task Verify_OfASoundStore_FindsNoMismatch()
    {
        var report = await _shell.JsonAsync("verify");
        Assert.Equal("{customers: number, events: number, mismatches: number, examples: []}", Shape.Of(report));
        Assert.Equal((3, 12, 0), ((int)report["customers"]!, (int)report["events"]!, (int)report["mismatches"]!));
    }

    [Fact]
    public async Task Erase_LeavesNobody_AndAReceipt()
    {
        var receipt = await _shell.JsonAsync("erase", RetailFile.Id(1));
        Assert.Equal(
            "{customer: string, customerHash: string, erasedAt: string, eventsErased: number, pagesErased: number, indexEntryErased: bool, "
            + "trainingEligibilityEnded: bool, verifiedEmpty: bool, forgetting: {affected: [], silentSites: [], isComplete: bool}}",
            Shape.Of(receipt));
        Assert.Equal((4, true, true), ((int)receipt["eventsErased"]!, (bool)receipt["indexEntryErased"]!, (bool)receipt["verifiedEmpty"]!));
        Assert.Equal("unknown", (string?)(await _shell.JsonAsync("lookup", RetailFile.Id(1)))[0]!["segment"]);
        Assert.Empty(Events(await _shell.JsonAsync("history", RetailFile.Id(1))));
        Assert.Equal(2, (int)(await _shell.JsonAsync("verify"))["customers"]!);
    }

    [Fact]
    public async Task Import_OfAnErasedPast_BringsNothingBack_AndIsNoFaultOfTheFile()
    {
        await _shell.JsonAsync("erase", RetailFile.Id(1));
        var again = await _shell.JsonAsync("import", Path.Combine(_shell.Folder, "sound.csv"), "--layout", "online-retail");
        Assert.Equal((0, 8, 4), ((int)again["added"]!, (int)again["alreadyKnown"]!, (int)again["refused"]!));
        Assert.Equal("unknown", (string?)(await _shell.JsonAsync("lookup", RetailFile.Id(1)))[0]!["segment"]);
        Assert.Equal("{}", (await _shell.JsonAsync("export", RetailFile.Id(1)))[0]!["attributes"]!.ToJsonString());
        Assert.Equal(2, (int)(await _shell.JsonAsync("verify"))["customers"]!);
    }

    [Fact]
    public async Task Erase_Twice_ProvesTheSameErasureAgain()
    {
        var first = await _shell.JsonAsync("erase", RetailFile.Id(1));
        var second = await _shell.JsonAsync("erase", RetailFile.Id(1));
        Assert.Equal((string?)first["customerHash"], (string?)second["customerHash"]);
        Assert.Equal((string?)first["erasedAt"], (string?)second["erasedAt"]);
        Assert.True((bool)second["verifiedEmpty"]!);
    }

    [Fact]
    public async Task Explain_WithoutAModel_ExitsOneSayingSo()
    {
        var ran = await _shell.RunAsync("explain", RetailFile.Id(1), "--json");
        ran.Fails(ExitCode.Failed, "no model");
    }

    [Fact]
    public async Task Explain_OfNobody_ExitsOneNamingThem()
    {
        var ran = await _shell.RunAsync("explain", "nobody", "--json");
        ran.Fails(ExitCode.Failed, "nobody");
    }

    [Fact]
    public async Task Explain_OfASegmentThatNobodyIsIn_ExitsOneNamingIt()
    {
        (await _shell.RunAsync("explain", "--segment", "loyal", "--json")).Fails(ExitCode.Failed, "Nobody is in segment 'loyal'");
        (await _shell.RunAsync("explain", "--segment", "loyal", "--sample", "0")).Fails(ExitCode.Usage, "--sample must be 1 to 10000");
    }

    [Fact]
    public async Task Models_WithoutAModel_IsEmpty_AndPromotesNothing()
    {
        Assert.Equal("[]", (await _shell.JsonAsync("models")).ToJsonString());
        var ran = await _shell.RunAsync("models", "--promote", "7", "--json");
        ran.Fails(ExitCode.Failed, "version 7");
        Assert.Equal("[]", (await _shell.JsonAsync("models", "list")).ToJsonString());
        (await _shell.RunAsync("models", "rollback", "--json")).Fails(ExitCode.Failed, "name the version");
        (await _shell.RunAsync("models", "rollback", "--version", "7", "--json")).Fails(ExitCode.Failed, "version 7");
        (await _shell.RunAsync("models", "remove", "--version", "7", "--json")).Fails(ExitCode.Failed, "version 7");
    }

    [Fact]
    public async Task InitStore_OfAStoreThatIsThere_ChangesNothing()
    {
        var answer = await _shell.JsonAsync("init-store");
        Assert.Equal("{site: string, partitions: number, currency: string}", Shape.Of(answer));
        Assert.Equal(3, (int)(await _shell.JsonAsync("verify"))["customers"]!);
    }

    [Theory]
    [InlineData("lookup", "12001")]
    [InlineData("history", "12001")]
    [InlineData("verify")]
    [InlineData("models")]
    public async Task ForPeople_AnswersOnStandardOutput(params string[] line)
    {
        var ran = await _shell.RunAsync(line);
        Assert.Equal(ExitCode.Done, ran.ExitCode);
        Assert.NotEqual("", ran.Output.Trim());
        Assert.Equal("", ran.Error);
    }

    private static IEnumerable<JsonNode> Events(JsonNode of) => of["events"]!.AsArray().Select(e => e!);

    private static DateTimeOffset Time(JsonNode e) => DateTimeOffset.Parse((string)e["timestamp"]!, System.Globalization.CultureInfo.InvariantCulture);

    private async Task<string> CountOfAsync(string customer) => Events(await _shell.JsonAsync("history", customer)).Count().ToString();
}
