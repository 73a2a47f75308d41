using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>What runs leave in the model store.</summary>
public sealed class RunTidyTests(RunCluster cluster) : IClassFixture<RunCluster>
{
    private readonly string _site = cluster.NewSite();
    private readonly IFederatedCoordinatorGrain _coordinator = cluster.NewFederation();

    private FederatedPlan Plan => new() { Sites = [_site], TrainersPerSite = 2, Rounds = 2, DeadlineMax = TimeSpan.FromDays(1) };

    [Fact]
    public async Task CheckpointsOfTheLatestRuns_AndRegisteredModels_AreWhatStays()
    {
        var runs = new List<RunStatus>();
        for (var number = 1; number <= 5; number++)
        {
            await _coordinator.StartAsync(Plan, default);
            runs.Add(await cluster.EndAsync(_coordinator, number));
            await cluster.TidiedAsync(runs[^1]);
        }

        var registered = (await cluster.Grains.GetGrain<IModelRegistryGrain>(_site).ListAsync(default)).Select(model => model.Sha256).ToHashSet();
        Assert.Equal(5, registered.Count);
        Assert.Superset(registered, cluster.Bundles.ToHashSet());
        Assert.All(runs[2..], run => Assert.All(run.Rounds, round => Assert.Contains(round.Model, cluster.Bundles)));
        await cluster.DriveUntilAsync(
            () => Task.FromResult(runs[..2].TrueForAll(run => run.Rounds.All(round => registered.Contains(round.Model) || !cluster.Bundles.Contains(round.Model)))),
            TimeSpan.FromMilliseconds(500),
            "older checkpoints to go");
    }

    [Fact]
    public async Task RemovalThatFails_IsTriedAgain_ByTheNextActivationToo()
    {
        RunStatus ended;
        using (cluster.Calls.On<IBundleGrain>("RemoveAsync", _ => throw new IOException("The store is away.")))
        {
            await _coordinator.StartAsync(Plan, default);
            ended = await cluster.EndAsync(_coordinator);
            Assert.True(cluster.Bundles.Count > 10);
            await cluster.ForgetAsync(_coordinator);
        }

        await _coordinator.GetStatusAsync(null, default);
        await cluster.TidiedAsync(ended);
        Assert.Equal(2, ended.Rounds.Count(round => cluster.Bundles.Contains(round.Model)));
    }

    [Fact]
    public async Task UpdateThatIsPublished_AndNeverReported_GoesAllTheSame()
    {
        var (broken, isBroken, hasJumped) = ($"{_site}:1", false, false);
        cluster.Work.MeetAfter = (trainer, step) =>
        {
            Volatile.Write(ref isBroken, trainer == broken && step is { Phase: RunPhase.Training, Round: 1 } || (trainer != broken && isBroken));
            return Task.CompletedTask;
        };
        cluster.Faults.Script(call => Volatile.Read(ref isBroken) && call is { Kind: StorageCallKind.Write, State: "federated" } && call.Grain.Key.ToString()!.StartsWith($"{broken}@", StringComparison.Ordinal)
            ? StorageFault.FailBefore()
            : null);
        await _coordinator.StartAsync(Plan with { ReportersMin = 1, DeadlineMin = TimeSpan.FromHours(1) }, default);
        RunStatus ended = null!;
        await cluster.DriveUntilAsync(
            async () =>
            {
                ended = (await _coordinator.GetStatusAsync(1, default))!;
                if (!hasJumped && isBroken && (ended.Phase, ended.Round) == (RunPhase.Training, 1) && ended.Trainers.Any(trainer => trainer.State == TrainerStepState.Reported))
                {
                    hasJumped = true;
                    cluster.Jump(TimeSpan.FromHours(3));
                }

                return ended.EndedAt is not null;
            },
            TimeSpan.FromMilliseconds(500),
            "the run");
        cluster.Faults.Clear();
        cluster.Work.MeetAfter = (_, _) => Task.CompletedTask;
        Assert.True(ended.Phase == RunPhase.Done, ended.Outcome);
        Assert.DoesNotContain(broken, ended.Rounds[0].Reporters);
        Assert.Contains(broken, ended.Rounds[1].Reporters);
        await cluster.TidiedAsync(ended);
    }

    [Fact]
    public async Task CancelledRun_LeavesNothingButItsCheckpoints()
    {
        var reached = new TaskCompletionSource();
        cluster.Work.Meet = async (_, step) =>
        {
            if (step is { Phase: RunPhase.Training, Round: 2 })
            {
                reached.TrySetResult();
                await Task.Delay(Timeout.Infinite, new CancellationToken(canceled: true));
            }
        };
        await _coordinator.StartAsync(Plan, default);
        await cluster.DriveUntilAsync(() => Task.FromResult(reached.Task.IsCompleted), TimeSpan.FromMilliseconds(500), "round 2");
        await _coordinator.CancelAsync(1, default);
        cluster.Work.Meet = (_, _) => Task.CompletedTask;
        var ended = await cluster.EndAsync(_coordinator);
        Assert.Equal(RunPhase.Cancelled, ended.Phase);
        await cluster.TidiedAsync(ended);
        Assert.Equal(1, ended.Rounds.Count(round => cluster.Bundles.Contains(round.Model)));
    }
}
