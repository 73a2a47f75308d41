using OrleansSeg.Customers;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Placement;

public sealed class InferenceRoleTests
{
    private static readonly Role Storefront = new(RunsInference: false);
    private static readonly Role Engine = new(RunsInference: true);

    [Fact]
    public async Task LastInferenceSiloGone_LookUpsAnswerStale_AndCustomersAreScoredWhenOneReturns()
    {
        await using var cluster = await new RoleCluster(3, Storefront, Storefront, Engine, Engine).StartAsync();
        var site = cluster.NewSite();
        await cluster.PublishModelAsync(site);
        var customers = Enumerable.Range(0, 20).Select(i => cluster.Customer(site, $"c{i}")).ToArray();
        foreach (var customer in customers)
        {
            await customer.RecordAsync([Shop.Purchase("first", cluster.Time.GetUtcNow())], default);
            Assert.Equal(("promising", false), Shown(await customer.LookUpFreshAsync(default)));
        }

        await cluster.LeaveAsync(cluster[2]);
        var recorded = customers.Select((customer, i) =>
            customer.RecordAsync([Shop.Purchase("second", cluster.Time.GetUtcNow().AddDays(-i - 1))], default));
        Assert.All(await Task.WhenAll(recorded), receipt => Assert.Equal(1, receipt.Added));
        foreach (var customer in customers)
        {
            var refreshed = customer.AsReference<ICustomerUpkeepGrain>().RefreshAsync(default);
            Assert.Equal(RefreshOutcome.Unavailable, await cluster.DriveAsync(refreshed, phase: "a refused refresh"));
            Assert.Equal(("promising", true), Shown(await customer.LookUpAsync()));
        }

        await cluster.JoinAsync();
        foreach (var customer in customers)
        {
            await cluster.DriveUntilAsync(async () => !(await customer.LookUpAsync()).Stale, phase: "scoring by the silo that returned");
            Assert.Equal("loyal", (await customer.LookUpAsync()).Segment);
        }
    }

    private static (string Segment, bool Stale) Shown(SegmentAssignment assignment) => (assignment.Segment, assignment.Stale);
}
