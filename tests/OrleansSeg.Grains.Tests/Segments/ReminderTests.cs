using Orleans.Hosting;
using OrleansSeg.Customers;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Segments;

/// <summary>A cluster whose partitions are woken once a day.</summary>
public sealed class RemindedCluster : ShopCluster
{
    protected override bool HasReminders => true;

    protected override void Configure(ISiloBuilder silo) =>
        silo.Configure<PartitionOptions>(partitions => partitions.ReminderPeriod = TimeSpan.FromDays(1));
}

public sealed class ReminderTests(RemindedCluster cluster) : IClassFixture<RemindedCluster>
{
    [Fact]
    public async Task SilentCustomer_BecomesLapsing_WhileNobodyCallsAnything()
    {
        var site = cluster.NewSite();
        await cluster.PublishModelAsync(site);
        var customer = cluster.Customer(site, "silent");
        await customer.RecordAsync([Shop.Purchase("p1", cluster.Time.GetUtcNow())], default);
        Assert.Equal("promising", (await customer.LookUpFreshAsync(default)).Segment);
        await cluster.ForgetAsync(customer);
        await cluster.ForgetAsync(cluster.PartitionOf(site, "silent"));

        // At once to the day after which the customer counts as silent: every timer of the silo would ring for each of its periods on the way there.
        cluster.Jump(TimeSpan.FromDays(91));

        // What is in the store is looked at, because a look-up would itself bring the customer into memory.
        await cluster.DriveUntilAsync(
            async () => (await cluster.StateOfAsync(customer))!.Assignment!.Segment == "lapsing", TimeSpan.FromHours(6), "the reminder's sweep");
        Assert.Equal("lapsing", (await customer.LookUpAsync()).Segment);
    }
}
