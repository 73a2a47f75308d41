using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>A run that is broken at any point ends with bitwise the same global weights in every round as one that is not.</summary>
public sealed class RunCrashTests(RunCluster cluster) : IClassFixture<RunCluster>
{
    private readonly string _site = cluster.NewSite();
    private ProtectedUnit _unit;
    private bool _isMasked;

    // The writes and computations of a run without protection are broken one at a time; those of one with it, which has up to three hundred, at several places.
    private int Apart => _isMasked ? 20 : _unit == ProtectedUnit.None ? 0 : 10;

    // The clock runs much faster than the machine computes, so nobody may drop out of a masked round by chance.
    private FederatedPlan Plan => new()
    {
        Sites = [_site], TrainersPerSite = _isMasked ? 3 : 2, Rounds = 2, ReportersMin = _isMasked ? 3 : 2, DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
        UpdateClipNorm = 1, SecureAggregation = _isMasked,
        Privacy = new() { Unit = _unit, NoiseMultiplier = _unit == ProtectedUnit.None ? 0 : 1 },
    };

    [Theory]
    [InlineData(ProtectedUnit.None, false, true)]
    [InlineData(ProtectedUnit.None, false, false)]
    [InlineData(ProtectedUnit.Customer, false, true)]
    [InlineData(ProtectedUnit.Customer, false, false)]
    [InlineData(ProtectedUnit.Trainer, false, true)]
    [InlineData(ProtectedUnit.Trainer, false, false)]
    [InlineData(ProtectedUnit.None, true, true)]
    [InlineData(ProtectedUnit.None, true, false)]
    [InlineData(ProtectedUnit.Trainer, true, true)]
    [InlineData(ProtectedUnit.Trainer, true, false)]
    public async Task FailureOfEveryWriteInTurn_ChangesNothing(ProtectedUnit unit, bool isMasked, bool after)
    {
        Protect(unit, isMasked);
        var expected = await RunAsync();
        var writes = new EveryChange(Apart);
        while (writes.Next())
        {
            cluster.Faults.Script(call => RunCluster.IsOfRun(call) && writes.Fails() ? StorageFault.Fail(after) : null);
            Assert.Equal((expected, writes), (await RunAsync(), writes));
        }

        cluster.Faults.Clear();
        Assert.InRange(writes.Broken, isMasked ? 90 : 20, isMasked ? 320 : 120);
    }

    [Theory]
    [InlineData(ProtectedUnit.None, false)]
    [InlineData(ProtectedUnit.Customer, false)]
    [InlineData(ProtectedUnit.Trainer, false)]
    [InlineData(ProtectedUnit.None, true)]
    [InlineData(ProtectedUnit.Customer, true)]
    public async Task FailureOfEveryComputationInTurn_ChangesNothing(ProtectedUnit unit, bool isMasked)
    {
        Protect(unit, isMasked);
        var expected = await RunAsync();
        var computations = new EveryChange(Apart / 2);
        Task Meet() => computations.Fails() ? Task.FromException(new IOException("A fault that a test asked for.")) : Task.CompletedTask;
        while (computations.Next())
        {
            cluster.Work.Meet = cluster.Work.MeetAfter = (_, _) => Meet();
            cluster.Work.MeetCoordinator = cluster.Work.MeetCoordinatorAfter = _ => Meet();
            Assert.Equal((expected, computations), (await RunAsync(), computations));
        }

        cluster.Work.Meet = cluster.Work.MeetAfter = (_, _) => Task.CompletedTask;
        cluster.Work.MeetCoordinator = cluster.Work.MeetCoordinatorAfter = _ => Task.CompletedTask;
        Assert.InRange(computations.Broken, isMasked ? 80 : 20, isMasked ? 200 : 80);
    }

    [Theory]
    [InlineData(ProtectedUnit.None, false, true)]
    [InlineData(ProtectedUnit.None, false, false)]
    [InlineData(ProtectedUnit.Customer, false, true)]
    [InlineData(ProtectedUnit.None, true, true)]
    [InlineData(ProtectedUnit.None, true, false)]
    public async Task FailureOfEveryChangeOfTheModelStoreInTurn_ChangesNothing(ProtectedUnit unit, bool isMasked, bool after)
    {
        Protect(unit, isMasked);
        var expected = await RunAsync();
        var points = new Dictionary<string, int> { ["publish"] = 0, ["remove"] = 0 };
        var changes = new EveryChange(_isMasked ? 20 : 10);
        cluster.Models.Script = change =>
        {
            if (!changes.Fails())
            {
                return null;
            }

            lock (points)
            {
                points[change]++;
            }

            return StorageFault.Fail(after);
        };
        while (changes.Next())
        {
            Assert.Equal((expected, changes), (await RunAsync(), changes));
        }

        cluster.Models.Script = _ => null;
        Assert.InRange(points["publish"], isMasked ? 40 : 15, isMasked ? 80 : 30);
        Assert.InRange(points["remove"], isMasked ? 40 : 15, isMasked ? 200 : 80);
    }

    [Theory]
    [InlineData(ProtectedUnit.None, false)]
    [InlineData(ProtectedUnit.Trainer, false)]
    [InlineData(ProtectedUnit.None, true)]
    public async Task EndOfTheCoordinatorsActivationInEveryStep_ChangesNothing(ProtectedUnit unit, bool isMasked)
    {
        Protect(unit, isMasked);
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
        Assert.Equal(isMasked ? 12 : 6, ended.Count);
    }

    private void Protect(ProtectedUnit unit, bool isMasked) =>
        (_unit, _isMasked, cluster.Work.NoisedAtTrainers) = (unit, isMasked, unit == ProtectedUnit.Customer || (unit == ProtectedUnit.Trainer && isMasked));

    private async Task<string> RunAsync(IFederatedCoordinatorGrain? coordinator = null)
    {
        coordinator ??= cluster.NewFederation();
        cluster.Work.Masked.Clear();
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
        Assert.True((1, RunPhase.Done) == (status.Run, status.Phase), status.Outcome);
        Assert.All(status.Rounds, round => Assert.Equal(Plan.Trainers.ToArray(), round.Reporters));

        await cluster.TidiedAsync(status);

        // What a crash makes a trainer do again is the same again: there are never two vectors under the same masks.
        Assert.Equal(_isMasked ? Plan.Rounds * Plan.Trainers.Length : 0, cluster.Work.Masked.Distinct().Count());
        return string.Join(' ', status.Rounds.SelectMany(round => round.Metrics.Values).Select(weight => weight.ToString("R", null)));
    }
}
