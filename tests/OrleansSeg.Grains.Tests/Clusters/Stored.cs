using OrleansSeg.Customers;
using OrleansSeg.Customers.History;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>What the store holds, read past the grains.</summary>
internal static class Stored
{
    /// <summary>The customer's records.</summary>
    public static GrainRecords Records(this ShopCluster cluster, ICustomerGrain customer) => new(cluster.Storage, customer.GetGrainId());

    /// <summary>The customer's main record, or null.</summary>
    public static async Task<CustomerState?> StateOfAsync(this ShopCluster cluster, ICustomerGrain customer) =>
        (await cluster.Records(customer).ReadAsync<CustomerState>(CustomerStorage.CustomerRecord)).Value;

    /// <summary>Checks everything the store promises of one customer, and gives the event ids in order.</summary>
    public static async Task<List<string>> CheckAsync(this ShopCluster cluster, ICustomerGrain customer)
    {
        var state = await cluster.StateOfAsync(customer);
        if (state is null)
        {
            return [];
        }

        var hot = EventBlock.Parse(state.Hot);
        var events = new List<BehaviourEvent>();
        await foreach (var e in new HistoryReader(state, hot, new PageStore(cluster.Records(customer))).ReadAsync(long.MinValue, long.MaxValue, null, default))
        {
            events.Add(e);
        }

        Assert.Equal(events.Count, events.Select(e => e.EventId).Distinct().Count());
        Assert.Equal(state.SealedCount + hot.Count, events.Count);
        Assert.Equal(events.Order(EventOrder.Instance), events);
        Assert.True(state.Registered);
        var recomputed = new LifetimeAggregates();
        events.ForEach(recomputed.Add);
        Assert.Equal(recomputed.ToBytes(), state.ReadAggregates().ToBytes());
        return [.. events.Select(e => e.EventId)];
    }
}
