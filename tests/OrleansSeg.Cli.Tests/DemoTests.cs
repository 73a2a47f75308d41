using System.Globalization;
using System.Text.Json.Nodes;

namespace OrleansSeg.Cli.Tests;

public sealed class DemoTests : IDisposable
{
    private static readonly string[] Segments = ["browser", "prospect", "lapsing", "high_value", "promising", "loyal", "occasional", "unprofiled"];
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Demo_RunTwice_TellsTheWholeStory_AndAddsNothingButTheNewVisit()
    {
        var first = await _shell.JsonAsync("demo", "--customers", "500", "--days", "365");
        var events = first["shop"]!["description"]!["events"]!.GetValue<long>();
        Assert.Equal(events, first["import"]!["rowsRead"]!.GetValue<long>());
        Assert.Equal(events, first["import"]!["added"]!.GetValue<long>());
        Assert.True(first["model"]!["trainedNow"]!.GetValue<bool>());
        Assert.Equal(500, first["segments"]!.AsObject().Sum(segment => segment.Value!.GetValue<long>()));
        Assert.Empty(first["segments"]!.AsObject().Select(segment => segment.Key).Except(Segments));
        Assert.Equal(["majority", "rfm", "logistic", "lightgbm", "gru"], first["report"]!["baselines"]!.AsObject().Select(baseline => baseline.Key));
        AssertStoryHolds(first["story"]!);

        var second = await _shell.JsonAsync("demo");
        Assert.False(second["shop"]!["madeNow"]!.GetValue<bool>());
        Assert.Equal(0, second["import"]!["added"]!.GetValue<long>());
        Assert.Equal(events, second["import"]!["alreadyKnown"]!.GetValue<long>());
        Assert.False(second["model"]!["trainedNow"]!.GetValue<bool>());
        Assert.Equal(first["report"]!.ToJsonString(), second["report"]!.ToJsonString());
        AssertStoryHolds(second["story"]!);

        var verified = await _shell.JsonAsync("verify");
        Assert.Equal(500, verified["customers"]!.GetValue<long>());
        Assert.Equal(0, verified["mismatches"]!.GetValue<long>());

        // The commands that the demo ends with are commands.
        var line = second["next"]!.AsArray().Select(command => command!.GetValue<string>()).First(command => command.StartsWith("orleansseg lookup", StringComparison.Ordinal));
        var looked = (await Shell.RunAsync(CancellationToken.None, ["--json", .. line.Split(' ')[1..]])).Json(ExitCode.Done);
        Assert.Equal(second["story"]!["after"]!["segment"]!.GetValue<string>(), looked[0]!["segment"]!.GetValue<string>());

        var other = await _shell.RunAsync("demo", "--customers", "600");
        other.Fails(ExitCode.Usage, "500 customers over 365 days", "--data-dir");
    }

    [Fact]
    public async Task Demo_WhereOtherCustomersAre_LeavesThemAlone()
    {
        var file = _shell.Write("mine.csv", "customerId,timestamp,type,eventId\n17,2026-01-02T03:04:05Z,view,e1\n");
        await _shell.JsonAsync("import", file, "--layout", "events");
        var ran = await _shell.RunAsync("demo", "--json");
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Equal("", ran.Output);
        Assert.Contains("not the demo's", ran.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_shell.DataDirectory, "demo")));
    }

    [Theory]
    [InlineData("demo --customers 499", "500 to 1,000,000")]
    [InlineData("demo --days 364", "365 to 3,650")]
    [InlineData("demo --connect", "--connect")]
    public async Task Demo_OutOfBounds_ExitsTwo(string line, string named)
    {
        var ran = await _shell.RunAsync(line.Split(' '));
        ran.Fails(ExitCode.Usage, named);
        Assert.False(Directory.Exists(_shell.DataDirectory), "A wrong line must touch nothing.");
    }

    private static void AssertStoryHolds(JsonNode story)
    {
        var (before, after) = (story["before"]!, story["after"]!);
        Assert.Equal("lapsing", before["segment"]!.GetValue<string>());
        Assert.Equal(before["eventsSeen"]!.GetValue<long>() + story["events"]!.AsArray().Count, after["eventsSeen"]!.GetValue<long>());
        Assert.False(after["stale"]!.GetValue<bool>());
        Assert.True(Lapsing(after) < Lapsing(before), $"{Lapsing(before)} became {Lapsing(after)}");

        static double Lapsing(JsonNode assignment) =>
            double.Parse(assignment["probabilities"]!["lapsing"]!.ToString(), CultureInfo.InvariantCulture);
    }
}
