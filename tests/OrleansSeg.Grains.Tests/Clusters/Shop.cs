using System.Globalization;
using OrleansSeg.Customers;
using OrleansSeg.Events;

namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>Events and grains in few words.</summary>
public static class Shop
{
    /// <summary>The customer's grain.</summary>
    public static ICustomerGrain Customer(this ShopCluster cluster, string site, string customerId) =>
        cluster.Grains.GetGrain<ICustomerGrain>(CustomerKey.Create(site, customerId).GrainKey);

    /// <summary>A purchase of one line.</summary>
    public static BehaviourEvent Purchase(string id, DateTimeOffset at, decimal price = 10m, decimal quantity = 1m, string? order = null) => new()
    {
        EventId = id, Type = EventType.Purchase, Timestamp = at, UnitPrice = price, Quantity = quantity, OrderId = order ?? id, Item = "MUG", Text = "red mug",
    };

    /// <summary>A view of one item.</summary>
    public static BehaviourEvent View(string id, DateTimeOffset at, string? text = null) =>
        new() { EventId = id, Type = EventType.View, Timestamp = at, Item = "MUG", Text = text };

    /// <summary>A number of views, a minute apart, ids <c>{prefix}0</c> and on.</summary>
    public static BehaviourEvent[] Views(string prefix, int count, DateTimeOffset from, string? text = null) =>
        [.. Enumerable.Range(0, count).Select(i => View(string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}"), from.AddMinutes(i), text))];

    /// <summary>The whole history, page after page.</summary>
    public static async Task<List<BehaviourEvent>> ReadAllAsync(this ICustomerGrain customer, int limit = 1_000)
    {
        var events = new List<BehaviourEvent>();
        string? token = null;
        do
        {
            var page = await customer.GetHistoryAsync(new HistoryQuery(null, null, token, limit), CancellationToken.None);
            events.AddRange(page.Events);
            token = page.NextPageToken;
        }
        while (token is not null);
        return events;
    }
}
