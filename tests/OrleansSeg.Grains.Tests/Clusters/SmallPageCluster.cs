using Orleans.Hosting;
using OrleansSeg.Customers;

namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>A cluster whose hot pages seal at 4 KiB, whose directories hold three pages and whose index buckets split at four customers.</summary>
public sealed class SmallPageCluster : ShopCluster
{
    protected override void Configure(ISiloBuilder silo)
    {
        silo.Configure<CustomerOptions>(customers => (customers.HotPageBytesMax, customers.PagesPerDirectory) = (4 * 1024, 3));
        silo.Configure<PartitionOptions>(partitions =>
        {
            partitions.BucketEntriesMax = 4;
            partitions.BucketsInMemoryMax = 3;
        });
    }
}
