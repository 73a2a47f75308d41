using OrleansSeg.Customers;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Customers;

/// <summary>A silo that takes an instant of the past for now.</summary>
public sealed class PastCluster : ShopCluster
{
    /// <summary>What counts as now.</summary>
    public static readonly DateTimeOffset AsOf = new(2020, 1, 31, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc />
    protected override void Configure(Orleans.Hosting.ISiloBuilder silo) => silo.Configure<RescoringOptions>(options => options.AsOf = AsOf);
}

public sealed class PastDataTests(PastCluster cluster) : IClassFixture<PastCluster>
{
    [Fact]
    public async Task Score_AsOfThePast_SeesTheCustomerAsItWasThen_AndAgesByTheClock()
    {
        var site = cluster.NewSite();
        await cluster.PublishModelAsync(site);
        var customer = cluster.Customer(site, "ann");
        await customer.RecordAsync([Shop.Purchase("e1", PastCluster.AsOf.AddDays(-30))], default);
        var assignment = await customer.LookUpFreshAsync(default);
        Assert.Equal(("promising", cluster.Time.GetUtcNow()), (assignment.Segment, assignment.AssignedAt));
        Assert.Equal("30", Assert.Single((await customer.ExplainAsync(default)).Factors).Value);
    }

    [Fact]
    public async Task Score_OfACustomerWithLaterEvents_IsAsOfTheLast()
    {
        var site = cluster.NewSite();
        await cluster.PublishModelAsync(site);
        var customer = cluster.Customer(site, "ben");
        var last = PastCluster.AsOf.AddDays(60);
        await customer.RecordAsync([Shop.Purchase("e1", last.AddDays(-100)), Shop.View("e2", last)], default);
        Assert.Equal("lapsing", (await customer.LookUpFreshAsync(default)).Segment);
        Assert.Equal(last, cluster.Model.Inputs.Last().AsOf);
    }
}
