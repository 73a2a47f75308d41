using System.Text.Json.Nodes;

namespace OrleansSeg.Cli.Tests.Rounds;

/// <summary><c>rounds plan</c>, and lines that ask for what no plan may have.</summary>
public sealed class PlanTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose()
    {
        Assert.False(Directory.Exists(_shell.DataDirectory), "A plan must touch nothing.");
        _shell.Dispose();
    }

    [Fact]
    public async Task Plan_OfNothing_IsEveryDefault()
    {
        var plan = await _shell.JsonAsync("rounds", "plan");
        AssertIs(
            """
            {
              "sites": ["default"], "trainersPerSite": 1, "rounds": 5, "strategy": "fedavg", "settings": {}, "localEpochs": 1, "horizonDays": 90, "seed": 1,
              "reportersMin": 1, "deadlineMinSeconds": 30, "deadlineMaxSeconds": 3600, "compression": "none", "scope": "everything", "cutoff": null, "promote": true, "condition": null,
              "privacy": { "unit": "none", "noiseMultiplier": 0, "customerClipNorm": 1, "customersPerStep": 64, "delta": 1E-05, "epsilonMax": 0 },
              "secureAggregation": false, "updateClipNorm": 0, "lateUpdates": "drop", "forgetting": "keep", "gateInterval": false
            }
            """,
            plan);
    }

    [Fact]
    public async Task Plan_OfEveryOption_HoldsThem()
    {
        var plan = await _shell.JsonAsync(
            "rounds", "plan", "--sites", "north,south", "--trainers-per-site", "4", "--rounds", "9", "--strategy", "fedavgm", "--set", "momentum=0.5", "serverRate=2e-1",
            "--local-epochs", "2", "--horizon", "30", "--reporters-min", "3", "--deadline-min", "5", "--deadline-max", "60", "--compression", "int8", "--scope", "site-heads",
            "--cutoff", "2011-09-10", "--no-promote", "--gate-interval", "--if-feature-drift", "0.25", "--if-matured-labels", "500", "--if-model-age", "30", "--seed", "17",
            "--update-clip", "0.5", "--privacy-unit", "customer", "--noise-multiplier", "1.1", "--customer-clip", "0.2", "--customers-per-step", "128", "--delta", "1e-6", "--epsilon-max", "3", "--forgetting", "restart");
        AssertIs(
            """
            {
              "sites": ["north", "south"], "trainersPerSite": 4, "rounds": 9, "strategy": "fedavgm", "settings": { "momentum": 0.5, "serverRate": 0.2 }, "localEpochs": 2,
              "horizonDays": 30, "seed": 17, "reportersMin": 3, "deadlineMinSeconds": 5, "deadlineMaxSeconds": 60, "compression": "int8", "scope": "site-heads",
              "cutoff": "2011-09-10T00:00:00+00:00", "promote": false,
              "condition": { "featureDrift": 0.25, "segmentDrift": null, "calibrationError": null, "maturedLabels": 500, "modelAgeDays": 30 },
              "privacy": { "unit": "customer", "noiseMultiplier": 1.1, "customerClipNorm": 0.2, "customersPerStep": 128, "delta": 1E-06, "epsilonMax": 3 },
              "secureAggregation": false, "updateClipNorm": 0.5, "lateUpdates": "drop", "forgetting": "restart", "gateInterval": true
            }
            """,
            plan);
    }

    [Fact]
    public async Task Plan_OfAPastDataSet_KnowsNothingLater()
    {
        var plan = await _shell.JsonAsync("rounds", "plan", "--as-of", "2011-12-10", "--site", "north");
        Assert.Equal(("2011-12-10T00:00:00+00:00", "north"), ((string)plan["cutoff"]!, (string)plan["sites"]![0]!));
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("start")]
    public async Task WrongPlan_ExitsTwo_NamingEveryField(string verb)
    {
        var ran = await _shell.RunAsync(
            "rounds", verb, "--sites", "north,North,", "--trainers-per-site", "0", "--rounds", "101", "--strategy", "fedsgd", "--local-epochs", "51", "--horizon", "2147483647",
            "--reporters-min", "-1", "--deadline-min", "0", "--deadline-max", "1", "--compression", "zip", "--forgetting", "all", "--json");
        ran.Fails(
            ExitCode.Usage, "not valid", "'North'", "''", "TrainersPerSite", "Rounds is 101", "Strategy is 'fedsgd'", "LocalEpochs", "Horizon", "ReportersMin", "DeadlineMin is", "DeadlineMax is",
            "Compression is 'zip'", "Forgetting is 'all'");
    }

    [Fact]
    public async Task MaskedUpdates_ThatCannotBeMasked_ExitTwo_NamingEveryReason()
    {
        var ran = await _shell.RunAsync("rounds", "plan", "--secure-aggregation", "--strategy", "scaffold", "--compression", "topk", "--trainers-per-site", "2", "--reporters-min", "2");
        ran.Fails(
            ExitCode.Usage, "SecureAggregation does not go with Strategy 'scaffold'", "SecureAggregation does not go with Compression 'topk'", "SecureAggregation needs UpdateClipNorm above 0",
            "SecureAggregation needs Trainers between 3 and 255, not 2", "SecureAggregation needs ReportersMin between 3 and Trainers, not 2");
        ran = await _shell.RunAsync("rounds", "plan", "--secure-aggregation", "--update-clip", "2.5", "--trainers-per-site", "4");
        Assert.Equal(ExitCode.Done, ran.ExitCode);
        Assert.All(["masked, only their sum is read; shortened to a norm of 2.5", "3 of 4 a round"], words => Assert.Contains(words, ran.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task LateUpdates_AreKeptWhereTheyCanBe_AndElseExitTwo_NamingEveryReason()
    {
        Assert.Equal("keep", (string)(await _shell.JsonAsync("rounds", "plan", "--late-updates", "keep"))["lateUpdates"]!);
        var ran = await _shell.RunAsync("rounds", "plan", "--late-updates", "keep", "--strategy", "scaffold", "--scope", "site-heads", "--secure-aggregation");
        ran.Fails(
            ExitCode.Usage, "LateUpdates 'keep' does not go with Strategy 'scaffold'", "LateUpdates 'keep' does not go with Scope 'site-heads'",
            "SecureAggregation does not go with LateUpdates 'keep'");
        ran = await _shell.RunAsync("rounds", "plan", "--late-updates", "sometimes");
        ran.Fails(ExitCode.Usage, "LateUpdates is 'sometimes': one of drop, keep.");
    }

    [Fact]
    public async Task SettingOfAnotherStrategy_ExitsTwo_NamingIt()
    {
        var ran = await _shell.RunAsync("rounds", "plan", "--set", "momentum=0.9");
        ran.Fails(ExitCode.Usage, "StrategySettings: momentum", "'fedavg'");
    }

    [Fact]
    public async Task PrivacyThatDoesNotGoTogether_ExitsTwo_NamingTheReasons()
    {
        var ran = await _shell.RunAsync("rounds", "plan", "--privacy-unit", "trainer", "--strategy", "scaffold", "--scope", "site-heads", "--delta", "0");
        ran.Fails(
            ExitCode.Usage, "Delta is 0", "Unit Trainer does not go with Scope 'site-heads'", "Unit Trainer does not go with Strategy 'scaffold'",
            "Unit Trainer needs NoiseMultiplier above 0", "Unit Trainer needs UpdateClipNorm above 0");
        ran = await _shell.RunAsync("rounds", "plan", "--privacy-unit", "trainer", "--noise-multiplier", "2", "--update-clip", "0.5", "--epsilon-max", "4");
        Assert.Equal(ExitCode.Done, ran.ExitCode);
        var words = string.Join(' ', ran.Output.Split(['│', '\n', ' '], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("site-level: noise of 2 times the clip norm 0.5 in the sum of updates, epsilon at most 4 at delta 1E-05", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("101")]
    public async Task History_BeyondItsLimit_ExitsTwo(string limit)
    {
        var ran = await _shell.RunAsync("rounds", "history", "--limit", limit);
        ran.Fails(ExitCode.Usage, "1 to 100", limit);
    }

    [Fact]
    public async Task ForPeople_SaysWhatTheRunWillDo()
    {
        var ran = await _shell.RunAsync("rounds", "plan", "--sites", "north,south", "--trainers-per-site", "2");
        Assert.Equal(ExitCode.Done, ran.ExitCode);
        Assert.All(["north, south", "2 a site, 4 in all", "3 of 4 a round", "from 30.0 s to 1 h 00 min", "90 days"], words => Assert.Contains(words, ran.Output, StringComparison.Ordinal));
    }

    private static void AssertIs(string expected, JsonNode plan) => Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), plan.ToJsonString());
}
