using Orleans.Runtime.Placement;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Placement;

public sealed class CoLocationTests
{
    private const int CustomerCount = 120;
    private static readonly Role AllInOne = new(RunsInference: true);

    [Fact]
    public async Task CustomersOfAPartition_LiveWithIt_AndPartitionsAreSpread()
    {
        await using var cluster = await new RoleCluster(3, AllInOne, AllInOne, AllInOne) { PartitionCount = 24 }.StartAsync();
        var site = cluster.NewSite();
        var places = await PlacesAsync(cluster, site);
        Assert.All(places, place => Assert.Equal(place.Partition, place.Customer));
        Assert.Equal(3, places.Select(place => place.Partition).Distinct().Count());

        // Training reads a partition from where it lives.
        Assert.Equal(CustomerCount, await cluster.Grains.ReadTrainingHistoriesAsync(site, Enumerable.Range(0, 24), null).CountAsync());
        var reader = cluster.Grains.GetGrain<ITrainingHistoryGrain>(new PartitionKey(site, 5).GrainKey);
        Assert.Equal(await cluster.FindAsync(cluster.Partition(site, 5)), await cluster.FindAsync(reader));
    }

    [Fact]
    public async Task SiloThatJoins_MovesNothingInMemory_AndGetsItsShareOfWhatComes()
    {
        await using var cluster = await new RoleCluster(2, AllInOne, AllInOne, AllInOne) { PartitionCount = 24 }.StartAsync();
        var site = cluster.NewSite();
        var before = await PlacesAsync(cluster, site);
        var joined = await cluster.JoinAsync();
        Assert.Equal(before, await PlacesAsync(cluster, site));

        var later = await PlacesAsync(cluster, cluster.NewSite());
        Assert.All(later, place => Assert.Equal(place.Partition, place.Customer));
        Assert.Contains(joined.SiloAddress, later.Select(place => place.Customer));
    }

    [Fact]
    public async Task CustomersPlacedApart_AreRecordedScoredAndIndexedAsWell()
    {
        await using var cluster = await new RoleCluster(3, AllInOne, AllInOne, AllInOne).StartAsync();
        var site = cluster.NewSite();
        await cluster.PublishModelAsync(site);
        var partitions = await Task.WhenAll(Enumerable.Range(0, Partitions.Count).Select(async number =>
        {
            await cluster.Partition(site, number).GetSegmentSizesAsync(default);
            return await cluster.FindAsync(cluster.Partition(site, number));
        }));
        for (var i = 0; i < CustomerCount; i++)
        {
            var home = partitions[CustomerKey.Create(site, $"c{i}").PartitionOf(Partitions.Count)];
            var elsewhere = cluster.Cluster.Silos.Select(silo => silo.SiloAddress).First(silo => !silo.Equals(home));
            RequestContext.Set(IPlacementDirector.PlacementHintKey, elsewhere);
            Assert.Equal("unknown", (await cluster.Customer(site, $"c{i}").LookUpAsync()).Segment);
            RequestContext.Clear();
            Assert.Equal(elsewhere, await cluster.FindAsync(cluster.Customer(site, $"c{i}")));
        }

        for (var i = 0; i < CustomerCount; i++)
        {
            await cluster.Customer(site, $"c{i}").RecordAsync([Shop.Purchase("first", cluster.Time.GetUtcNow())], default);
            Assert.Equal("promising", (await cluster.Customer(site, $"c{i}").LookUpFreshAsync(default)).Segment);
        }

        Assert.True((await cluster.Customer(site, "c0").EraseAsync(default)).VerifiedEmpty);
        await cluster.SweepAsync(site);
        Assert.Equal(CustomerCount - 1, await cluster.Grains.GetGrain<ISegmentGrain>($"{site}:promising").GetSizeAsync(default));
        var report = await cluster.VerifyAsync(site);
        Assert.Equal((CustomerCount - 1, 0), (report.Customers, report.MismatchCount));
    }

    /// <summary>Records one event of each customer, and says where it and its partition live.</summary>
    private static async Task<List<(string Id, SiloAddress? Customer, SiloAddress? Partition)>> PlacesAsync(RoleCluster cluster, string site)
    {
        await Parallel.ForAsync(0, CustomerCount, async (i, _) =>
            await cluster.Customer(site, $"c{i}").RecordAsync([Shop.Purchase("first", cluster.Time.GetUtcNow())], default));
        var places = new List<(string, SiloAddress?, SiloAddress?)>();
        for (var i = 0; i < CustomerCount; i++)
        {
            var partition = cluster.Partition(site, CustomerKey.Create(site, $"c{i}").PartitionOf(cluster.PartitionCount));
            places.Add(($"c{i}", await cluster.FindAsync(cluster.Customer(site, $"c{i}")), await cluster.FindAsync(partition)));
        }

        return places;
    }
}
