using System.Collections.Concurrent;
using OrleansSeg.Data.Simulation;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Tests.Simulation;

/// <summary>Simulated shops, one for each seed, made once for all tests of statistics.</summary>
internal static class Shops
{
    /// <summary>Customers of every shop.</summary>
    public const int CustomerCount = 1_500;

    /// <summary>When every shop ends.</summary>
    public static readonly DateTimeOffset End = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly ConcurrentDictionary<int, Lazy<IReadOnlyList<IReadOnlyList<CustomerEvent>>>> Made = new();

    /// <summary>The customers' histories of a seed's shop.</summary>
    public static IReadOnlyList<IReadOnlyList<CustomerEvent>> Histories(int seed) => Made.GetOrAdd(seed, _ => new(() => Simulate(seed))).Value;

    /// <summary>All events of a seed's shop.</summary>
    public static IEnumerable<CustomerEvent> Events(int seed) => Histories(seed).SelectMany(history => history);

    /// <summary>Orders of one customer: the time of each, oldest first.</summary>
    public static List<DateTimeOffset> OrderTimes(IEnumerable<CustomerEvent> history) =>
    [
        .. history.Where(e => e.Event.Type == EventType.Purchase).GroupBy(e => e.Event.OrderId).Select(order => order.First().Event.Timestamp).Order(),
    ];

    private static IReadOnlyList<IReadOnlyList<CustomerEvent>> Simulate(int seed)
    {
        var simulator = new ShopSimulator(new ShopOptions { Customers = CustomerCount, End = End, Seed = seed });
        return [.. Enumerable.Range(0, CustomerCount).Select(simulator.Customer)];
    }
}
