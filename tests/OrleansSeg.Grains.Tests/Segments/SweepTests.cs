using OrleansSeg.Customers;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Inference;
using OrleansSeg.Models;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Segments;

/// <summary>Silence is behaviour too: what the partition's sweep brings to scoring without anybody's call.</summary>
public sealed class SweepTests(ShopCluster cluster) : IClassFixture<ShopCluster>
{
    private readonly string _site = cluster.NewSite();

    private DateTimeOffset Now => cluster.Time.GetUtcNow();

    [Fact]
    public async Task SilentCustomer_BecomesLapsing_WithoutAnEvent()
    {
        await cluster.PublishModelAsync(_site);
        var customer = cluster.Customer(_site, "silent");
        await customer.RecordAsync([Shop.Purchase("p1", Now.AddDays(-2)), Shop.Purchase("p2", Now)], default);
        Assert.Equal("loyal", (await customer.LookUpFreshAsync(default)).Segment);
        await SettledAsync("loyal", "silent");
        cluster.Jump(TimeSpan.FromHours(23));
        Assert.Equal(0, (await cluster.SweepAsync(_site)).Rescored);

        cluster.Jump(TimeSpan.FromDays(91));
        await cluster.ForgetAsync(customer);
        var receipt = await cluster.SweepAsync(_site);
        Assert.Equal((1, 1, 0), (receipt.Examined, receipt.Rescored, receipt.Remaining));
        var assignment = await customer.LookUpAsync();
        Assert.Equal(("lapsing", false, 2L), (assignment.Segment, assignment.Stale, assignment.EventsSeen));
        Assert.True(assignment.ChurnProbability > 0.5f);
        Assert.Equal(["silent"], await cluster.ReadMembersAsync(_site, "lapsing"));
        Assert.Equal(2, (await customer.GetProfileAsync(default)).EventCount);
        Assert.Equal(0, (await cluster.SweepAsync(_site)).Rescored);
    }

    [Fact]
    public async Task NewerModel_RescoresEverybody_AndRollingBackToo()
    {
        await cluster.PublishModelAsync(_site);
        await FillAsync(9);
        await cluster.PublishModelAsync(_site);
        Assert.Equal(9, (await cluster.SweepAsync(_site)).Rescored);
        Assert.All(await AssignmentsAsync(9), assignment => Assert.Equal((2, false), (assignment.ModelVersion, assignment.Stale)));

        cluster.Jump(TimeSpan.FromMinutes(1));
        await cluster.Grains.GetGrain<IModelRegistryGrain>(_site).RollBackAsync(null, false, default);
        await cluster.RefreshModelsAsync(_site);
        await cluster.DriveUntilAsync(async () => (await AssignmentsAsync(9)).TrueForAll(assignment => assignment.Stale), phase: "look-ups to hear of the roll-back");
        Assert.Equal(9, (await cluster.SweepAsync(_site)).Rescored);
        Assert.All(await AssignmentsAsync(9), assignment => Assert.Equal((1, false), (assignment.ModelVersion, assignment.Stale)));
        Assert.Equal(0, (await cluster.SweepAsync(_site)).Rescored);
    }

    [Fact]
    public async Task CustomersScoredByNobodyYet_AreScoredOnceThereIsAModel()
    {
        for (var i = 0; i < 5; i++)
        {
            await cluster.Customer(_site, $"c{i}").RecordAsync([Shop.Purchase("p", Now)], default);
            Assert.Equal(SegmentNames.Unscored, (await cluster.Customer(_site, $"c{i}").LookUpFreshAsync(default)).Segment);
        }

        Assert.Equal(0, (await cluster.SweepAsync(_site)).Rescored);
        await cluster.PublishModelAsync(_site);
        Assert.Equal(5, (await cluster.SweepAsync(_site)).Rescored);
        Assert.Equal(5, (await cluster.ReadMembersAsync(_site, "promising")).Count);
    }

    [Fact]
    public async Task CustomerLeftDirtyByACrash_IsTakenUp()
    {
        await cluster.PublishModelAsync(_site);
        await FillAsync(3);
        var customer = cluster.Customer(_site, "c1");
        await customer.RecordAsync([Shop.Purchase("rich", Now, 4_000m)], default);
        await cluster.ForgetAsync(customer);
        Assert.Equal(1, (await cluster.SweepAsync(_site)).Rescored);
        Assert.Equal(["c1"], await cluster.ReadMembersAsync(_site, "high_value"));
    }

    [Fact]
    public async Task CustomerThatFails_KeepsNobodyElseFromTheirTurn()
    {
        await cluster.PublishModelAsync(_site);
        await FillAsync(10);
        cluster.Jump(TimeSpan.FromDays(2));
        using (cluster.Calls.On<ICustomerUpkeepGrain>("RefreshAsync", context =>
            context.TargetId.Key.ToString()!.EndsWith("c0", StringComparison.Ordinal) ? throw new IOException("broken") : context.Invoke()))
        {
            // Each sweep of a partition takes two; the one that fails comes round again, behind all others.
            var rescored = 0;
            for (var i = 0; i < 8; i++)
            {
                rescored += (await cluster.SweepAsync(_site, limit: 2)).Rescored;
            }

            Assert.Equal(9, rescored);
        }

        Assert.Equal(1, (await cluster.SweepAsync(_site)).Rescored);
    }

    [Fact]
    public async Task OverloadedInference_LeavesTheRestForLater_AndTheSweepEnds()
    {
        await cluster.PublishModelAsync(_site);
        await FillAsync(4);
        cluster.Jump(TimeSpan.FromDays(2));
        using (cluster.Calls.On<IInferenceWorkerGrain>("ScoreAsync", _ => throw new InferenceOverloadedException(TimeSpan.FromSeconds(1), 1)))
        {
            Assert.Equal(0, (await cluster.SweepAsync(_site)).Rescored);
            Assert.All(await AssignmentsAsync(4), assignment => Assert.Equal(("promising", true), (assignment.Segment, assignment.Stale)));
        }

        await cluster.SweepAsync(_site);
        Assert.All(await AssignmentsAsync(4), assignment => Assert.False(assignment.Stale));
    }

    [Fact]
    public async Task Sweep_GoesThroughTheBackfillLane()
    {
        await cluster.PublishModelAsync(_site);
        await FillAsync(2);
        cluster.Jump(TimeSpan.FromDays(2));
        var lanes = new System.Collections.Concurrent.ConcurrentBag<ScoringPriority>();
        using (cluster.Calls.On<IInferenceWorkerGrain>("ScoreAsync", context =>
        {
            lanes.Add(((ScoringRequest)context.Request.GetArgument(0)!).Priority);
            return context.Invoke();
        }))
        {
            await cluster.SweepAsync(_site);
        }

        Assert.Equal([ScoringPriority.Backfill, ScoringPriority.Backfill], lanes);
    }

    private async Task FillAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await cluster.Customer(_site, $"c{i}").RecordAsync([Shop.Purchase("p", Now)], default);
            await cluster.Customer(_site, $"c{i}").LookUpFreshAsync(default);
        }

        await cluster.DriveUntilAsync(async () => (await cluster.ReadMembersAsync(_site, "promising")).Count == count, phase: "the index to settle");
    }

    private Task SettledAsync(string segment, string id) => cluster.DriveUntilAsync(
        async () => (await cluster.ReadMembersAsync(_site, segment)).Contains(id), phase: "the index to settle");

    private async Task<List<SegmentAssignment>> AssignmentsAsync(int count)
    {
        var assignments = new List<SegmentAssignment>();
        for (var i = 0; i < count; i++)
        {
            assignments.Add(await cluster.Customer(_site, $"c{i}").LookUpAsync());
        }

        return assignments;
    }
}
