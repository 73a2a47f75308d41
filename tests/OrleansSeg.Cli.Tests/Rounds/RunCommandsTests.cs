using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Rounds;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Tests.Rounds;

/// <summary>What is said and answered of runs; the coordinator is made up.</summary>
public sealed class RunCommandsTests
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly FakeTimeProvider _time = new(Runs.Start) { AutoAdvanceAmount = TimeSpan.Zero };

    private JsonNode Answer => JsonNode.Parse(_output.ToString())!;

    [Fact]
    public async Task Status_IsOneDocument_AndSaysHowTheRunGoesOn()
    {
        Assert.Equal(ExitCode.Done, await Of(new(() => Runs.UnderWay)).StatusAsync(null, default));
        Assert.Equal(
            "{federation: string, run: number, phase: string, round: number, startedAt: string, watermark: string, endedAt: null, outcome: null, cause: null, findings: {}, versions: {}, "
            + "plan: {sites: [string], trainersPerSite: number, rounds: number, strategy: string, settings: {}, localEpochs: number, horizonDays: number, seed: number, "
            + "reportersMin: number, deadlineMinSeconds: number, deadlineMaxSeconds: number, compression: string, scope: string, cutoff: null, promote: bool, condition: null, "
            + "privacy: {unit: string, noiseMultiplier: number, customerClipNorm: number, customersPerStep: number, delta: number, epsilonMax: number}, secureAggregation: bool, updateClipNorm: number, lateUpdates: string, forgetting: string, gateInterval: bool}, "
            + "rounds: [{round: number, model: string, reporters: [string], missing: [], whyMissing: {}, late: {}, retries: [], tookSeconds: number, bytes: number, metrics: {logLoss: number, trainLoss: number}}], "
            + "trainers: [{trainer: string, state: string, detail: null}], privacy: null, releases: [], stage: string, begunFrom: null, restarts: [], gate: null}",
            Shape.Of(Answer));
        Assert.Equal(["reported", "working", "failed", "silent"], Answer["trainers"]!.AsArray().Select(trainer => (string)trainer!["state"]!));
        Assert.Contains("goes on at the server", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OfARunWithoutMissingTrainers_NamesThoseThatWere()
    {
        await Of(new(() => Runs.Ended)).StatusAsync(7, default);
        Assert.Equal("[[],[\"south:0\"],[]]", new JsonArray([.. Answer["rounds"]!.AsArray().Select(round => round!["missing"]!.DeepClone())]).ToJsonString());
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public async Task Status_OfANumberThatIsNone_IsNull()
    {
        var metrics = Runs.Round(1).Metrics.SetItem("logLoss", double.NaN).SetItem("trainLoss", double.PositiveInfinity);
        await Of(new(() => Runs.UnderWay with { Rounds = [Runs.Round(1) with { Metrics = metrics }] })).StatusAsync(null, default);
        Assert.Equal("""{"logLoss":null,"trainLoss":null}""", Answer["rounds"]![0]!["metrics"]!.ToJsonString());
    }

    [Fact]
    public async Task Status_OfANoisedRun_SaysWhatWasSpent_AndWhatWasToldBeside()
    {
        await Of(new(() => Runs.Noised)).StatusAsync(null, default);
        Assert.Equal((1.25, 2.5, 1, "customer"), ((double)Answer["privacy"]!["epsilon"]!, (double)Answer["privacy"]!["totalEpsilon"]!, (int)Answer["privacy"]!["runsWithoutNoise"]!, (string?)Answer["privacy"]!["unit"]));
        Assert.Equal(
            """[{"what":"training losses","contents":"by trainer: mean loss","seenBy":"silos","round":1,"lastRound":2},{"what":"data span","contents":"by trainer: days","seenBy":"silos","round":null,"lastRound":null}]""",
            Answer["releases"]!.ToJsonString());
        Assert.Equal(
            [
                "Privacy, customer: epsilon 2.5 of at most 3 at delta 1E-05, of which 1.25 in this run: 2 rounds, 40 noised steps that draw 10.0 % each. The budget allowed no further round.",
                "1 earlier run of the federation trained without this noise: what they told is in no epsilon.",
            ],
            PrivacyWords.Of(Runs.Noised.Privacy!));
        Assert.Equal(("customer, ε 1.25", "no noise"), (PrivacyWords.Short(Runs.Noised), PrivacyWords.Short(Runs.Ended)));
    }

    [Fact]
    public async Task Status_OfARunThatWasGated_SaysWhatWasCompared()
    {
        await Of(new(() => Runs.Ended)).StatusAsync(null, default);
        Assert.Equal(
            """{"opponent":"the model in service","customers":500,"logLoss":0.75,"opponentLogLoss":1,"difference":-0.25,"low":-0.375,"high":-0.125,"sites":[{"site":"north","customers":300,"logLoss":0.5,"opponentLogLoss":1},{"site":"south","customers":200,"logLoss":null,"opponentLogLoss":1}]}""",
            Answer["gate"]!.ToJsonString());
        var page = OrleansSeg.Cli.Rounds.Report.RunReport.Write("shops", Runs.Ended, Runs.Start);
        Assert.All(["against the model in service", "95 % interval -0.3750 to -0.1250.", ">300<"], words => Assert.Contains(words, page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Schedule_IsPrinted_ChangedAndTakenBack()
    {
        var coordinator = new FakeCoordinator(() => null);
        Assert.Equal(ExitCode.Done, await Of(coordinator).ScheduleAsync(new ScheduleChange(false, null), default));
        Assert.Equal("{federation: string, cron: null, timeZone: null, nextAt: null, plan: null}", Shape.Of(Answer));
        _output.GetStringBuilder().Clear();
        await Of(coordinator).ScheduleAsync(new ScheduleChange(true, new FederationSchedule("@daily", "Europe/London", Runs.UnderWay.Plan)), default);
        Assert.Equal(("@daily", "Europe/London"), ((string?)Answer["cron"], (string?)Answer["timeZone"]));
        Assert.Equal(Runs.Start.AddHours(1), (DateTimeOffset)Answer["nextAt"]!);
        _output.GetStringBuilder().Clear();
        await Of(coordinator).ScheduleAsync(new ScheduleChange(true, null), default);
        Assert.Null(coordinator.Schedule);
        var refusal = new InvalidOperationException("This cluster has no reminders: nothing could start a run by itself.");
        var failure = await Assert.ThrowsAsync<VerbFailedException>(
            () => Of(new FakeCoordinator(() => null) { Refusal = refusal }).ScheduleAsync(new ScheduleChange(true, null), default));
        Assert.Equal(refusal.Message, failure.Message);
    }

    [Fact]
    public async Task Status_OfNoRun_FailsSayingHowToStartOne()
    {
        var failure = await Assert.ThrowsAsync<VerbFailedException>(() => Of(new(() => null)).StatusAsync(null, default));
        Assert.Contains("rounds start", failure.Message, StringComparison.Ordinal);
        failure = await Assert.ThrowsAsync<VerbFailedException>(() => Of(new(() => null)).StatusAsync(9, default));
        Assert.Contains("no run 9 of 'shops'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "resumes with 'orleansseg serve'")]
    [InlineData(false, "goes on at the server")]
    public async Task Start_HandsThePlanOver_AndSaysWhoDrivesTheRun(bool hostsSilo, string words)
    {
        var coordinator = new FakeCoordinator(() => Runs.UnderWay);
        Assert.Equal(ExitCode.Done, await Of(coordinator, hostsSilo).StartAsync(Runs.Plan, watch: false, default));
        Assert.Same(Runs.Plan, coordinator.Started);
        Assert.Equal(7, (int)Answer["run"]!);
        Assert.Contains(words, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAndCancel_ThatAreRefused_FailWithTheCoordinatorsWords()
    {
        var coordinator = new FakeCoordinator(() => Runs.UnderWay) { Refusal = new InvalidOperationException("Run 7 of 'shops' is under way.") };
        Assert.Equal(coordinator.Refusal.Message, (await Assert.ThrowsAsync<VerbFailedException>(() => Of(coordinator).StartAsync(Runs.Plan, watch: false, default))).Message);
        Assert.Equal(coordinator.Refusal.Message, (await Assert.ThrowsAsync<VerbFailedException>(() => Of(coordinator).CancelAsync(7, default))).Message);
        Assert.Equal("", _output.ToString());
    }

    [Theory]
    [InlineData(null, 7)]
    [InlineData(3, 3)]
    public async Task Cancel_WithoutANumber_TakesTheLatest(int? number, int cancelled)
    {
        var coordinator = new FakeCoordinator(() => Runs.UnderWay);
        Assert.Equal(ExitCode.Done, await Of(coordinator).CancelAsync(number, default));
        Assert.Equal(cancelled, coordinator.Cancelled);
        Assert.Equal("cancelled", (string?)Answer["phase"]);
    }

    [Theory]
    [InlineData(RoundStage.Training, "training, round 2 of 3", "training")]
    [InlineData(RoundStage.Keys, "training, round 2 of 3: keys are advertised", "keys")]
    [InlineData(RoundStage.Shares, "training, round 2 of 3: secrets are shared", "shares")]
    [InlineData(RoundStage.Masking, "training, round 2 of 3: masked updates are made", "masking")]
    [InlineData(RoundStage.Unmasking, "training, round 2 of 3: the sum is unmasked", "unmasking")]
    public async Task Status_OfARound_SaysWhatTrainersDo(RoundStage stage, string words, string name)
    {
        var run = Runs.UnderWay with { Stage = stage };
        await Of(new(() => run)).StatusAsync(null, default);
        Assert.Equal((words, name), (RunWords.Phase(run), (string?)Answer["stage"]));
        Assert.Contains(stage == RoundStage.Training ? "" : $"Run 7: {words}", RunLines.Between(Runs.UnderWay, run).Append(""));
    }

    [Theory]
    [InlineData(RunPhase.Done, ExitCode.Done)]
    [InlineData(RunPhase.Failed, ExitCode.Failed)]
    [InlineData(RunPhase.Cancelled, ExitCode.Failed)]
    public async Task Watch_ToTheEnd_SaysWhatHappens_AndEndsAsTheRunDid(RunPhase how, int exitCode)
    {
        var coordinator = new FakeCoordinator(() => Runs.UnderWay, () => Runs.UnderWay, () => throw new SiloUnavailableException("gone"), () => Runs.Ended with { Phase = how });
        Assert.Equal(exitCode, await AdvancedAsync(Of(coordinator).WatchAsync(null, default)));
        Assert.Equal([null, 7, 7, 7], coordinator.Asked);
        Assert.Equal(how.ToString().ToLowerInvariant(), (string?)Answer["phase"]);
        Assert.Equal(
            [
                "  round 1: 4 of 4 reported in 3.5 s, 5.9 KiB, logLoss 0.95, trainLoss 1.5",
                "Run 7: training, round 2 of 3",
                "  1 of 4 have reported",
                "  north:1 is tried again: The store was away.",
                "  south:0 has failed: Too few customers.",
                "The coordinator does not answer and is asked again: gone",
                "  round 2: 3 of 4 reported in 7.0 s, 4.4 KiB, logLoss 0.9, trainLoss 0.75; missing: south:0 (Too few customers.)",
                "  round 3: 4 of 4 reported in 10.5 s, 5.9 KiB, logLoss 0.85, trainLoss 0.5; late: south:0 of round 2",
                $"Run 7: {how.ToString().ToLowerInvariant()}: Better than the model in service.",
            ],
            _error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Watch_OfACoordinatorThatStaysSilent_Fails()
    {
        var coordinator = new FakeCoordinator(() => Runs.UnderWay, () => throw new TimeoutException("late")) { Looked = () => _time.Advance(TimeSpan.FromSeconds(50)) };
        var failure = await Assert.ThrowsAsync<VerbFailedException>(() => AdvancedAsync(Of(coordinator).WatchAsync(7, default)));
        Assert.Contains("2 minutes: late", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "resumes with 'orleansseg serve'")]
    [InlineData(false, "goes on at the server")]
    public async Task Watch_ThatIsStopped_LeavesTheRunAlone_AndSaysSo(bool hostsSilo, string words)
    {
        using var stop = new CancellationTokenSource();
        var looks = 0;
        var coordinator = new FakeCoordinator(() => Runs.UnderWay)
        {
            Looked = () =>
            {
                if (++looks == 3)
                {
                    stop.Cancel();
                }
            },
        };
        Assert.Equal(ExitCode.Failed, await AdvancedAsync(Of(coordinator, hostsSilo).WatchAsync(7, stop.Token)));
        Assert.Null(coordinator.Cancelled);
        Assert.Equal("", _output.ToString());
        Assert.Contains(words, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_ListsRuns_LatestFirst()
    {
        Assert.Equal(ExitCode.Done, await Of(new(() => Runs.UnderWay with { Run = 8 }, () => Runs.Ended)).HistoryAsync(null, 10, default));
        Assert.Equal([8, 7], Answer.AsArray().Select(run => (int)run!["run"]!));
    }

    [Fact]
    public async Task ForPeople_ShowsTrainersRoundsAndOutcome()
    {
        var output = new VerbOutput(json: false, _output, _error);
        await new RunCommands(new FakeCoordinator(() => Runs.UnderWay, () => Runs.Ended), "shops", output, hostsSilo: false, _time).StatusAsync(null, default);
        await new RunCommands(new FakeCoordinator(() => Runs.Ended), "shops", output, hostsSilo: false, _time).StatusAsync(null, default);
        await new RunCommands(new FakeCoordinator(() => Runs.Ended), "shops", output, hostsSilo: false, _time).HistoryAsync(null, 10, default);
        Assert.All(
            ["Run 7 of 'shops': training, round 2 of 3", "1: The store was away.", "0: Too few customers.", "logLoss", "0.95", "south:0", "Outcome: Better than", "north version 4, south version 2", "3 of 3"],
            words => Assert.Contains(words, _output.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunWatchedWhereNoServerIs_ScoresTheSitesThatHaveTheModel()
    {
        var scored = new List<string>();
        var runs = new RunCommands(new FakeCoordinator(() => Runs.Ended), "shops", new VerbOutput(json: true, _output, _error), hostsSilo: true, _time)
        {
            Score = (site, _) =>
            {
                scored.Add(site);
                return Task.CompletedTask;
            },
        };
        Assert.Equal(ExitCode.Done, await AdvancedAsync(runs.WatchAsync(null, default)));
        Assert.Equal(["north", "south"], scored);
    }

    private RunCommands Of(FakeCoordinator coordinator, bool hostsSilo = false) => new(coordinator, "shops", new VerbOutput(json: true, _output, _error), hostsSilo, _time);

    /// <summary>Moves the clock on until the work ends.</summary>
    private async Task<int> AdvancedAsync(Task<int> work)
    {
        while (!work.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

        return await work;
    }
}
