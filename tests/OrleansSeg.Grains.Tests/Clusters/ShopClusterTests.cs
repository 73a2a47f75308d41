using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Clusters;

public sealed class ShopClusterTests(ShopCluster cluster) : IClassFixture<ShopCluster>
{
    [Fact]
    public async Task Cluster_RecordsAndScores_ThroughTheRealParts()
    {
        var site = cluster.NewSite();
        await cluster.PublishModelAsync(site);
        var customer = cluster.Customer(site, "ann");
        var receipt = await customer.RecordAsync([Shop.Purchase("e1", cluster.Time.GetUtcNow())], default);
        Assert.Equal(1, receipt.Added);
        Assert.Equal(SegmentNames.Unscored, (await customer.LookUpAsync()).Segment);

        var assignment = await customer.LookUpFreshAsync(default);
        Assert.Equal(("promising", 1, false), (assignment.Segment, assignment.ModelVersion, assignment.Stale));
        await cluster.ForgetAsync(customer);
        Assert.Equal(assignment.AssignedAt, (await customer.LookUpAsync()).AssignedAt);
    }

    [Fact]
    public async Task Fault_AfterAWrite_LeavesTheCallerWithTheOldTag()
    {
        cluster.Faults.Script(call => call is { Kind: StorageCallKind.Write, State: "probe" } ? StorageFault.FailAfter() : null);
        var state = new GrainState<List<int>>([1]);
        var grain = GrainId.Create("test", cluster.NewSite());
        await Assert.ThrowsAsync<IOException>(() => cluster.Storage.WriteStateAsync("probe", grain, state));
        Assert.Null(state.ETag);
        cluster.Faults.Clear();

        var stored = new GrainState<List<int>>();
        await cluster.Storage.ReadStateAsync("probe", grain, stored);
        Assert.Equal([1], stored.State!);
    }
}
