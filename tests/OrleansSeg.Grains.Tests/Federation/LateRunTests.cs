using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Updates that come after their round, through real coordinators and trainers.</summary>
public sealed class LateRunTests(RunCluster cluster) : IClassFixture<RunCluster>, IDisposable
{
    private readonly string _site = cluster.NewSite();

    private FederatedPlan Plan => new()
    {
        Sites = [_site], TrainersPerSite = 4, Rounds = 3, ReportersMin = 3, LateUpdates = "keep", DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
    };

    public void Dispose() => cluster.Faults.Clear();

    [Fact]
    public async Task LateUpdate_CountsInTheNextRound_ForLess()
    {
        var (ended, slow) = (await RunAsync(Plan), Plan.Trainers[1]);
        Assert.Equal([3, 4, 4], ended.Rounds.Select(round => round.Reporters.Length));
        Assert.Equal([0, 1, 0], ended.Rounds.Select(round => round.Late.Count));
        Assert.Equal((slow, 1), Assert.Single(ended.Rounds[1].Late.Select(late => (late.Key, late.Value))));
        Assert.Equal(4 * 16, ended.Rounds[1].Bytes);

        // By hand: everybody goes 0.3 of the way to its place from where it began, and over the round's number.
        var first = cluster.Work.Read(ended.Rounds[0].Model);
        var (fresh, late) = (Plan.Trainers.Remove(slow).Select(trainer => Trained(trainer, first, 2)).ToList(), Trained(slow, new float[4], 1));
        var second = cluster.Work.Read(ended.Rounds[1].Model);
        for (var i = 0; i < second.Length; i++)
        {
            Assert.Equal((fresh.Sum(weights => weights[i]) + (0.5 * late[i])) / 3.5, second[i], 1e-4);
        }
    }

    [Fact]
    public async Task DroppedUpdate_IsInNoRound_AndItsTrainerIsInTheNext()
    {
        var ended = await RunAsync(Plan with { LateUpdates = "drop" });
        Assert.Equal([3, 4, 4], ended.Rounds.Select(round => round.Reporters.Length));
        Assert.All(ended.Rounds, round => Assert.Empty(round.Late));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FailureOfEveryWriteInTurn_ChangesNothing(bool after)
    {
        var expected = Told(await RunAsync(Plan));
        var writes = new EveryChange(apart: 10);
        while (writes.Next())
        {
            cluster.Faults.Script(call => call.IsChange && call.Grain.Type.ToString() is ("seg.federated-coordinator" or "seg.federated-trainer") && writes.Fails()
                ? StorageFault.Fail(after) : null);
            Assert.Equal((expected, writes), (Told(await RunAsync(Plan)), writes));
        }

        Assert.InRange(writes.Broken, 25, 150);
    }

    private static string Told(RunStatus ended) => string.Join(
        '\n', ended.Rounds.Select(round => $"{string.Join(' ', round.Reporters)} {string.Join(' ', round.Late)} {string.Join(' ', round.Metrics.Values.Select(weight => weight.ToString("R", null)))}"));

    private static float[] Trained(string trainer, float[] began, int round) =>
        [.. began.Select((weight, at) => weight + (0.3f * (LinearWork.PlaceOf(trainer, at) - weight) / round))];

    private async Task<RunStatus> RunAsync(FederatedPlan plan)
    {
        var coordinator = cluster.NewFederation();
        using var straggler = new Straggler(cluster, coordinator.GetPrimaryKeyString(), plan.Trainers[1], 1);
        straggler.Begin();
        RunStatus? status = null;
        while (status is null)
        {
            try
            {
                status = await coordinator.StartAsync(plan, default);
            }
            catch (InvalidOperationException)
            {
                // The call before failed, and the run was written all the same.
                status = await coordinator.GetStatusAsync(null, default);
            }
            catch (Exception)
            {
                // Asked again, as a caller would.
            }
        }

        await cluster.DriveUntilAsync(
            async () =>
            {
                try
                {
                    status = await coordinator.GetStatusAsync(1, default);
                    straggler.Look(status!);
                }
                catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
                {
                    // The activation is on its way out.
                }

                return status!.EndedAt is not null;
            },
            TimeSpan.FromMilliseconds(500),
            "the run");
        Assert.True(status.Phase == RunPhase.Done, status.Outcome);
        await cluster.TidiedAsync(status);
        return status;
    }
}
