using OrleansSeg.Customers;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>Partitions and segments in few words; a test cluster's sites have two partitions.</summary>
internal static class Partitions
{
    /// <summary>Partitions of a site.</summary>
    public const int Count = 2;

    /// <summary>One partition.</summary>
    public static IPartitionGrain Partition(this ShopCluster cluster, string site, int number) =>
        cluster.Grains.GetGrain<IPartitionGrain>(new PartitionKey(site, number).GrainKey);

    /// <summary>The partition of a customer.</summary>
    public static IPartitionGrain PartitionOf(this ShopCluster cluster, string site, string customerId) =>
        cluster.Partition(site, CustomerKey.Create(site, customerId).PartitionOf(Count));

    /// <summary>A partition's records in the store.</summary>
    public static GrainRecords Records(this ShopCluster cluster, IPartitionGrain partition) => new(cluster.Storage, partition.GetGrainId());

    /// <summary>Ids <c>{prefix}0</c> and on that all belong to one partition.</summary>
    public static string[] IdsIn(string site, int partition, int count, string prefix = "c") =>
        [.. Enumerable.Range(0, int.MaxValue).Select(i => $"{prefix}{i}").Where(id => CustomerKey.Create(site, id).PartitionOf(Count) == partition).Take(count)];

    /// <summary>Every registered customer of a partition, page after page.</summary>
    public static async Task<List<string>> ReadCustomersAsync(this IPartitionGrain partition, int limit = 7)
    {
        var ids = new List<string>();
        string? token = null;
        do
        {
            var page = await partition.GetCustomersAsync(token, limit, default);
            ids.AddRange(page.CustomerIds);
            token = page.NextPageToken;
        }
        while (token is not null);
        return ids;
    }

    /// <summary>Every member of a segment, page after page.</summary>
    public static async Task<List<string>> ReadMembersAsync(this ShopCluster cluster, string site, string segment, int limit = 7)
    {
        var ids = new List<string>();
        string? token = null;
        do
        {
            var page = await cluster.Grains.GetGrain<ISegmentGrain>($"{site}:{segment}").GetMembersAsync(token, limit, default);
            ids.AddRange(page.Members.Select(member => member.Customer));
            token = page.NextPageToken;
        }
        while (token is not null);
        return ids;
    }

    /// <summary>Sweeps both partitions.</summary>
    public static async Task<SweepReceipt> SweepAsync(this ShopCluster cluster, string site, int limit = 1_000)
    {
        var total = new SweepReceipt(0, 0, 0, 0);
        for (var number = 0; number < Count; number++)
        {
            var receipt = await cluster.Partition(site, number).SweepAsync(limit, default);
            total = new SweepReceipt(
                total.Examined + receipt.Examined, total.Rescored + receipt.Rescored, total.Repaired + receipt.Repaired, total.Remaining + receipt.Remaining);
        }

        return total;
    }
}
