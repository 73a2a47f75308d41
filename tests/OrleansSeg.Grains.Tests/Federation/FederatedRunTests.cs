using System.Collections.Immutable;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Training;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Runs from start to service, and what may go wrong on the way.</summary>
public sealed class FederatedRunTests(RunCluster cluster) : IClassFixture<RunCluster>, IAsyncLifetime
{
    private readonly IFederatedCoordinatorGrain _coordinator = cluster.NewFederation();
    private readonly ImmutableArray<string> _sites = [cluster.NewSite(), cluster.NewSite()];

    // The clock runs much faster than the machine computes, so nobody may be late by chance.
    private FederatedPlan Plan => new()
    {
        Sites = _sites, TrainersPerSite = 2, Rounds = 3, DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        cluster.Faults.Clear();
        cluster.Work.Meet = cluster.Work.MeetAfter = (_, _) => Task.CompletedTask;
        cluster.Work.MeetCoordinator = _ => Task.CompletedTask;
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Run_PutsItsModelInServiceAtEverySite()
    {
        var started = await _coordinator.StartAsync(Plan, default);
        Assert.Equal((1, RunPhase.Opening), (started.Run, started.Phase));
        var ended = await cluster.EndAsync(_coordinator);
        Assert.Equal((RunPhase.Done, "better"), (ended.Phase, ended.Outcome));
        Assert.Equal([1, 2, 3], ended.Rounds.Select(round => round.Round));
        Assert.All(ended.Rounds, round => Assert.Equal(Plan.Trainers.ToArray(), round.Reporters));
        Assert.Equal(3, ended.Rounds.Select(round => round.Model).Distinct().Count());
        Assert.All(ended.Rounds, round => Assert.Equal(4 * 16, round.Bytes));
        foreach (var site in _sites)
        {
            var served = await cluster.Grains.GetGrain<IModelRegistryGrain>(site).GetCurrentAsync(default);
            Assert.Equal((ended.Rounds[^1].Model, ended.Versions[site]), (served!.Sha256, served.Version));
        }

        // A second one is another run, and the first is not forgotten.
        Assert.Equal(2, (await _coordinator.StartAsync(Plan with { Promote = false }, default)).Run);
        await cluster.EndAsync(_coordinator, 2);
        Assert.Equal([2, 1], (await _coordinator.GetHistoryAsync(null, 10, default)).Select(run => run.Run));
        Assert.Equal([1], (await _coordinator.GetHistoryAsync(2, 10, default)).Select(run => run.Run));
        Assert.Null(await _coordinator.GetStatusAsync(3, default));
    }

    [Fact]
    public async Task ASiteThatIsServedInAnotherScheme_EndsTheRun_AndIsNamed()
    {
        var other = new ModelReference(0, new string('a', 64), cluster.Time.GetUtcNow(), ["champions"], "", InService: false) { Scheme = "rfm" };
        await cluster.Grains.GetGrain<IModelRegistryGrain>(_sites[1]).PublishAsync(other, promote: true, default);
        await _coordinator.StartAsync(Plan, default);
        var ended = await cluster.EndAsync(_coordinator);
        Assert.Equal(RunPhase.Failed, ended.Phase);
        Assert.StartsWith($"Site '{_sites[1]}' is served by version 1 of the scheme 'rfm'; federated runs train the predictive scheme alone.", ended.Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelThatIsNotPromoted_IsACandidate()
    {
        await _coordinator.StartAsync(Plan with { Promote = false }, default);
        var ended = await cluster.EndAsync(_coordinator);
        Assert.Equal(RunPhase.Done, ended.Phase);
        foreach (var site in _sites)
        {
            var registry = cluster.Grains.GetGrain<IModelRegistryGrain>(site);
            Assert.Null(await registry.GetCurrentAsync(default));
            Assert.Equal(ended.Rounds[^1].Model, Assert.Single(await registry.ListAsync(default)).Sha256);
        }
    }

    [Fact]
    public async Task SecondRunMeanwhile_IsRefused_AndACancelledRunEnds()
    {
        var gate = new TaskCompletionSource();
        cluster.Work.Meet = (_, _) => gate.Task;
        await _coordinator.StartAsync(Plan, default);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => _coordinator.StartAsync(Plan, default));
        Assert.Contains("Run 1 of 'federation-", refused.Message, StringComparison.Ordinal);
        var cancelled = await _coordinator.CancelAsync(1, default);
        gate.SetResult();
        Assert.Equal((RunPhase.Cancelled, "Cancelled on request."), (cancelled.Phase, cancelled.Outcome));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _coordinator.CancelAsync(1, default));
        cluster.Work.Meet = (_, _) => Task.CompletedTask;
        await _coordinator.StartAsync(Plan, default);
        Assert.Equal(RunPhase.Done, (await cluster.EndAsync(_coordinator, 2)).Phase);
    }

    [Fact]
    public async Task TrainerThatFailsEveryTime_IsLeftOut_AndSaidToHaveFailed()
    {
        var broken = $"{_sites[0]}:1";
        cluster.Work.Meet = (trainer, step) => trainer == broken && step is { Phase: RunPhase.Training, Round: 2 } ? throw new IOException("no disk") : Task.CompletedTask;
        await _coordinator.StartAsync(Plan, default);
        var ended = await cluster.EndAsync(_coordinator);
        Assert.Equal(RunPhase.Done, ended.Phase);
        Assert.Equal([4, 3, 4], ended.Rounds.Select(round => round.Reporters.Length));
        Assert.DoesNotContain(broken, ended.Rounds[1].Reporters);
    }

    [Fact]
    public async Task TrainerThatFailsRoundAfterRound_SitsOneOut_AndComesBack()
    {
        var broken = $"{_sites[0]}:1";
        cluster.Work.Meet = (trainer, step) => trainer == broken && step is { Phase: RunPhase.Training, Round: 1 or 2 } ? throw new IOException("no disk") : Task.CompletedTask;
        var seen = new List<RunStatus>();
        cluster.Work.MeetCoordinator = async _ => seen.Add((await _coordinator.GetStatusAsync(1, default))!);
        await _coordinator.StartAsync(Plan with { Rounds = 4 }, default);
        var ended = await cluster.EndAsync(_coordinator);
        Assert.Equal((RunPhase.Done, 4), (ended.Phase, ended.Rounds.Length));
        Assert.Equal([false, false, false, true], ended.Rounds.Select(round => round.Reporters.Contains(broken)));
        const string Why = "IOException; the log of the trainer's silo has the rest.";
        Assert.Equal(
            [Why, $"2 rounds in a row without it, the latest round 2: {Why}", $"2 rounds in a row without it, the latest round 2: {Why}", null],
            ended.Rounds.Select(round => round.Missing.GetValueOrDefault(broken)));
        Assert.Equal(
            [new(broken, TrainerStepState.SittingOut, $"Back in round 4. 2 rounds in a row without it, the latest round 2: {Why}")],
            seen.Where(status => status.Round == 3).SelectMany(status => status.Trainers).Where(trainer => trainer.State == TrainerStepState.SittingOut).Distinct());
    }

    [Fact]
    public async Task TooManyThatFail_EndTheRun_WithEveryReason()
    {
        cluster.Work.Meet = (trainer, step) => step.Phase == RunPhase.Training ? throw (trainer.EndsWith('0') ? new InsufficientDataException($"nobody at {trainer}") : new IOException("no disk for customer ann")) : Task.CompletedTask;
        await _coordinator.StartAsync(Plan, default);
        var ended = await cluster.EndAsync(_coordinator);
        Assert.Equal(RunPhase.Failed, ended.Phase);
        Assert.Equal(
            "Of 4 trainers 3 must report; " + string.Join("; ", Plan.Trainers.Select(trainer =>
                $"{trainer}: " + (trainer.EndsWith('0') ? $"nobody at {trainer}" : "IOException; the log of the trainer's silo has the rest."))),
            ended.Outcome);
        Assert.Null(await cluster.Grains.GetGrain<IModelRegistryGrain>(_sites[0]).GetCurrentAsync(default));
    }

    [Fact]
    public async Task SilentTrainer_IsWaitedForUntilTheDeadline()
    {
        var slow = $"{_sites[1]}:0@";
        var silence = cluster.Calls.On<IFederatedTrainerGrain>(
            "AskAsync",
            call => call.TargetId.Key.ToString()!.StartsWith(slow, StringComparison.Ordinal) && call.Request.GetArgument(0) is StepOrder { Step: { Phase: RunPhase.Training, Round: 2 } }
                ? throw new TimeoutException("nobody is there")
                : call.Invoke());
        await _coordinator.StartAsync(Plan with { DeadlineMin = TimeSpan.FromMinutes(2) }, default);
        await cluster.DriveUntilAsync(async () => (await _coordinator.GetStatusAsync(1, default))!.Round == 3, TimeSpan.FromMilliseconds(100), "the third round");
        silence.Dispose();
        var ended = await cluster.EndAsync(_coordinator);
        Assert.Equal(RunPhase.Done, ended.Phase);
        Assert.Equal([4, 3, 4], ended.Rounds.Select(round => round.Reporters.Length));
        Assert.InRange(ended.Rounds[1].Took, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task PlanOutOfBounds_IsRefused_NamingEveryBound()
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => _coordinator.StartAsync(
            new FederatedPlan { Sites = ["A shop"], Strategy = "magic", Compression = "zip", TrainersPerSite = 0, Rounds = 101, LocalEpochs = 0, Horizon = TimeSpan.Zero, ReportersMin = -1, DeadlineMin = TimeSpan.Zero, DeadlineMax = TimeSpan.Zero }, default));
        foreach (var name in new[] { "Sites:", "Strategy is 'magic'", "Compression is 'zip'", "TrainersPerSite", "Rounds", "LocalEpochs", "Horizon", "ReportersMin", "DeadlineMin is", "DeadlineMax is" })
        {
            Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        }

        Assert.Null(await _coordinator.GetStatusAsync(null, default));
    }
}
