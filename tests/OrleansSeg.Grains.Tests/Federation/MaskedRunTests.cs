using System.Collections.Concurrent;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Masked rounds through real coordinators and trainers: the sum is that of those who sent something, whoever goes when.</summary>
public sealed class MaskedRunTests : IClassFixture<RunCluster>, IAsyncLifetime
{
    private readonly RunCluster _cluster;
    private readonly IFederatedCoordinatorGrain _coordinator;
    private readonly FederatedPlan _plan;
    private readonly ConcurrentDictionary<(string Trainer, int Round), float[]> _trained = new();

    public MaskedRunTests(RunCluster cluster)
    {
        (_cluster, _coordinator) = (cluster, cluster.NewFederation());
        _plan = new FederatedPlan
        {
            Sites = [cluster.NewSite()], TrainersPerSite = 4, Rounds = 2, SecureAggregation = true, UpdateClipNorm = 1,
            DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
        };
        cluster.Work.MeetTrained = Note;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _cluster.Faults.Clear();
        _cluster.Work.Meet = _cluster.Work.MeetAfter = (_, _) => Task.CompletedTask;
        _cluster.Work.MeetTrained = (_, _, weights) => weights;
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Round_IsTheMeanOfAllUpdates()
    {
        var ended = await RunAsync(_plan);
        Assert.Equal(RunPhase.Done, ended.Phase);
        Assert.All(ended.Rounds, round => Assert.Equal(_plan.Trainers.ToArray(), round.Reporters));
        AssertMeans(ended);
    }

    [Theory]
    [InlineData(RoundStage.Keys, 3)]
    [InlineData(RoundStage.Shares, 3)]
    [InlineData(RoundStage.Masking, 3)]
    [InlineData(RoundStage.Unmasking, 4)]
    public async Task TrainerThatGoesInAStage_IsLeftOutUnlessItsUpdateCame_AndIsBackInTheNextRound(RoundStage stage, int reporters)
    {
        var broken = _plan.Trainers[1];
        _cluster.Work.Meet = (trainer, step) =>
            trainer == broken && (step.Round, step.Stage) == (1, stage) ? throw new IOException("no disk") : Task.CompletedTask;
        var ended = await RunAsync(_plan);
        Assert.True(ended.Phase == RunPhase.Done, ended.Outcome);
        Assert.Equal([reporters, 4], ended.Rounds.Select(round => round.Reporters.Length));
        Assert.Equal(reporters == 4, ended.Rounds[0].Reporters.Contains(broken));
        AssertMeans(ended);
    }

    [Theory]
    [InlineData(RoundStage.Keys, 1, 0)]
    [InlineData(RoundStage.Shares, 1, 1)]
    [InlineData(RoundStage.Masking, 2, 2)]
    public async Task FewerThanThreeThatAreLeft_TryTheRoundAgain_UnderFreshMasks(RoundStage stage, int failures, int ended)
    {
        _cluster.Work.Meet = async (trainer, step) =>
        {
            if (step.RoundAttempt < failures && step.Stage == stage && step.Round == 2)
            {
                // Whoever drives the run may go meanwhile.
                await (step.RoundAttempt < ended ? _cluster.ForgetAsync(_coordinator) : Task.CompletedTask);
                _ = _plan.Trainers.IndexOf(trainer) < 2 ? throw new IOException("no disk") : 0;
            }
        };
        _cluster.Work.Masked.Clear();
        var done = await RunAsync(_plan);
        Assert.True(done.Phase == RunPhase.Done, done.Outcome);
        Assert.All(done.Rounds, round => Assert.Equal(_plan.Trainers.ToArray(), round.Reporters));
        Assert.Equal([0, failures], done.Rounds.Select(round => round.Retries.Length));
        Assert.All(done.Rounds[1].Retries, why => Assert.Contains("must report", why, StringComparison.Ordinal));
        AssertMeans(done);

        // Nobody masks twice under the same masks, and an attempt's masks are its own.
        var masked = _cluster.Work.Masked.Distinct().ToList();
        Assert.Equal(masked.Count, masked.Select(made => (made.Trainer, made.Step)).Distinct().Count());
        Assert.Equal(masked.Count, masked.Select(made => made.Hash).Distinct().Count());
        Assert.InRange(masked.Count, 8, 8 + (stage == RoundStage.Masking ? 2 * failures : 0));
    }

    [Theory]
    [InlineData(RoundStage.Keys)]
    [InlineData(RoundStage.Shares)]
    [InlineData(RoundStage.Masking)]
    public async Task FewerThanThreeThatAreLeft_TimeAfterTime_EndTheRun_WithEveryReason(RoundStage stage)
    {
        _cluster.Work.Meet = (trainer, step) =>
            _plan.Trainers.IndexOf(trainer) < 2 && (step.Round, step.Stage) == (2, stage) ? throw new IOException("no disk") : Task.CompletedTask;
        var ended = await RunAsync(_plan);
        Assert.Equal(RunPhase.Failed, ended.Phase);
        var why = "IOException; the log of the trainer's silo has the rest.";
        Assert.Equal(
            string.Join(' ', Enumerable.Range(1, 3).Select(attempt => $"Round 2, attempt {attempt}: Of 4 trainers 3 must report; {_plan.Trainers[0]}: {why}; {_plan.Trainers[1]}: {why}")),
            ended.Outcome);
        Assert.Single(ended.Rounds);
    }

    [Theory]
    [InlineData(RoundStage.Unmasking)]
    public async Task FewerThanThreeThatUnmask_EndTheRun_BecauseSomeMayHaveTakenTheirMasksOff(RoundStage stage)
    {
        _cluster.Work.Meet = (trainer, step) =>
            _plan.Trainers.IndexOf(trainer) < 2 && (step.Round, step.Stage) == (2, stage) ? throw new IOException("no disk") : Task.CompletedTask;
        var ended = await RunAsync(_plan);
        var why = "IOException; the log of the trainer's silo has the rest.";
        Assert.Equal(
            (RunPhase.Failed, $"Of 4 trainers 3 must report; {_plan.Trainers[0]}: {why}; {_plan.Trainers[1]}: {why}"), (ended.Phase, ended.Outcome));
        Assert.Single(ended.Rounds);
    }

    [Fact]
    public async Task TrainingThatComesOutOtherwiseAfterACrash_IsNotSentUnderTheSameMasks()
    {
        // The trainer's vector is where everybody can read it when the write of its result fails; then it trains anew, with another result.
        var (broken, times, isBroken) = (_plan.Trainers[2], 0, false);
        _cluster.Work.MeetTrained = (trainer, step, weights) =>
        {
            if (trainer == broken && step is { Round: 1, Stage: RoundStage.Masking })
            {
                weights[0] += Interlocked.Increment(ref times);
                return weights;
            }

            return Note(trainer, step, weights);
        };
        _cluster.Work.MeetAfter = (trainer, step) =>
        {
            var writes = 0;
            if (trainer == broken && step is { Round: 1, Stage: RoundStage.Masking } && !isBroken)
            {
                isBroken = true;
                _cluster.Faults.Script(call => call.IsChange && call.Grain.Key.ToString()!.StartsWith($"{broken}@", StringComparison.Ordinal)
                    && Interlocked.Increment(ref writes) == 2 ? StorageFault.FailBefore() : null);
            }

            return Task.CompletedTask;
        };
        _cluster.Work.Masked.Clear();
        var ended = await RunAsync(_plan with { Rounds = 1 });
        Assert.True(ended.Phase == RunPhase.Done, ended.Outcome);
        Assert.InRange(times, 2, 10);
        Assert.Equal(_plan.Trainers.Remove(broken).ToArray(), ended.Rounds[0].Reporters);
        Assert.Equal(_plan.Trainers.ToArray(), _cluster.Work.Masked.Distinct().Select(made => made.Trainer).Order(StringComparer.Ordinal));
        AssertMeans(ended);
    }

    private float[] Note(string trainer, StepKey step, float[] weights)
    {
        if (step.Stage == RoundStage.Masking)
        {
            _trained[(trainer, step.Round)] = weights;
        }

        return weights;
    }

    private void AssertMeans(RunStatus ended) => Assert.All(ended.Rounds, round =>
    {
        var weights = _cluster.Work.Read(round.Model);
        for (var i = 0; i < weights.Length; i++)
        {
            Assert.Equal(round.Reporters.Average(trainer => _trained[(trainer, round.Round)][i]), weights[i], 1e-5);
        }
    });

    private async Task<RunStatus> RunAsync(FederatedPlan plan)
    {
        await _coordinator.StartAsync(plan, default);
        return await _cluster.EndAsync(_coordinator);
    }
}
