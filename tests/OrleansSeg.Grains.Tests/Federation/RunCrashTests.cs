using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>A run that is broken at any point ends with bitwise the same global weights in every round as one that is not.</summary>
public sealed class RunCrashTests(RunCluster cluster) : IClassFixture<RunCluster>
{
    private readonly string _site = cluster.NewSite();
    private ProtectedUnit _unit;

    private FederatedPlan Plan => new()
    {
        Sites = [_site], TrainersPerSite = 2, Rounds = 2, ReportersMin = 2, DeadlineMax = TimeSpan.FromDays(1), UpdateClipNorm = 1,
        Privacy = new() { Unit = _unit, NoiseMultiplier = _unit == ProtectedUnit.None ? 0 : 1 },
    };

    [Theory]
    [InlineData(ProtectedUnit.None, true)]
    [InlineData(ProtectedUnit.None, false)]
    [InlineData(ProtectedUnit.Customer, true)]
    [InlineData(ProtectedUnit.Customer, false)]
    [InlineData(ProtectedUnit.Trainer, true)]
    [InlineData(ProtectedUnit.Trainer, false)]
    public async Task FailureOfEveryWriteInTurn_ChangesNothing(ProtectedUnit unit, bool after)
    {
        Protect(unit);
        var expected = await RunAsync();
        var points = 0;
        for (var (point, isBroken) = (1, true); isBroken; point++)
        {
            var seen = 0;
            isBroken = false;
            cluster.Faults.Script(call =>
            {
                if (!call.IsChange || call.Grain.Type.ToString() is not ("seg.federated-coordinator" or "seg.federated-trainer" or "seg.model-registry" or "seg.bundle")
                    || Interlocked.Increment(ref seen) != point)
                {
                    return null;
                }

                isBroken = true;
                return after ? StorageFault.FailAfter() : StorageFault.FailBefore();
            });
            Assert.Equal(expected, await RunAsync());
            points += isBroken ? 1 : 0;
        }

        cluster.Faults.Clear();
        Assert.InRange(points, 20, 80);
    }

    [Theory]
    [InlineData(ProtectedUnit.None)]
    [InlineData(ProtectedUnit.Customer)]
    [InlineData(ProtectedUnit.Trainer)]
    public async Task FailureOfEveryComputationInTurn_ChangesNothing(ProtectedUnit unit)
    {
        Protect(unit);
        var expected = await RunAsync();
        var points = 0;
        for (var (point, isBroken) = (1, true); isBroken; point++)
        {
            var seen = 0;
            isBroken = false;
            Task Meet()
            {
                if (Interlocked.Increment(ref seen) != point)
                {
                    return Task.CompletedTask;
                }

                isBroken = true;
                return Task.FromException(new IOException("A fault that a test asked for."));
            }

            cluster.Work.Meet = cluster.Work.MeetAfter = (_, _) => Meet();
            cluster.Work.MeetCoordinator = cluster.Work.MeetCoordinatorAfter = _ => Meet();
            Assert.Equal(expected, await RunAsync());
            points += isBroken ? 1 : 0;
        }

        cluster.Work.Meet = cluster.Work.MeetAfter = (_, _) => Task.CompletedTask;
        cluster.Work.MeetCoordinator = cluster.Work.MeetCoordinatorAfter = _ => Task.CompletedTask;
        Assert.InRange(points, 20, 80);
    }

    [Theory]
    [InlineData(ProtectedUnit.None)]
    [InlineData(ProtectedUnit.Trainer)]
    public async Task EndOfTheCoordinatorsActivationInEveryStep_ChangesNothing(ProtectedUnit unit)
    {
        Protect(unit);
        var expected = await RunAsync();
        var coordinator = cluster.NewFederation();
        var ended = new HashSet<StepKey>();
        cluster.Work.Meet = async (_, step) =>
        {
            lock (ended)
            {
                if (!ended.Add(step))
                {
                    return;
                }
            }

            await cluster.ForgetAsync(coordinator);
        };
        Assert.Equal(expected, await RunAsync(coordinator));
        cluster.Work.Meet = (_, _) => Task.CompletedTask;
        Assert.Equal(6, ended.Count);
    }

    private void Protect(ProtectedUnit unit) => (_unit, cluster.Work.NoisedAtTrainers) = (unit, unit == ProtectedUnit.Customer);

    private async Task<string> RunAsync(IFederatedCoordinatorGrain? coordinator = null)
    {
        coordinator ??= cluster.NewFederation();
        RunStatus? started = null;
        while (started is null)
        {
            try
            {
                started = await coordinator.StartAsync(Plan, default);
            }
            catch (InvalidOperationException)
            {
                // The call before failed, and the run was written all the same.
                started = await coordinator.GetStatusAsync(null, default);
            }
            catch (Exception)
            {
                // Asked again, as a caller would.
            }
        }

        var status = await cluster.EndAsync(coordinator, started.Run);
        Assert.Equal((1, RunPhase.Done), (status.Run, status.Phase));
        Assert.All(status.Rounds, round => Assert.Equal(2, round.Reporters.Length));
        await cluster.TidiedAsync(status);
        return string.Join(' ', status.Rounds.SelectMany(round => round.Metrics.Values).Select(weight => weight.ToString("R", null)));
    }
}
