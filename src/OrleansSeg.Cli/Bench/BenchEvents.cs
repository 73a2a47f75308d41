using System.Globalization;
using OrleansSeg.Cli.Import;
using OrleansSeg.Client;
using OrleansSeg.Events;

namespace OrleansSeg.Cli.Bench;

/// <summary>Customers and events of no particular shop, for benchmarks in which what was done does not matter.</summary>
internal sealed class BenchEvents(int seed)
{
    private const int ItemCount = 500;
    private static readonly TimeSpan Span = TimeSpan.FromDays(400);
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    /// <summary>The n-th customer's id.</summary>
    public static string CustomerId(int number) => string.Create(CultureInfo.InvariantCulture, $"c{number:D6}");

    /// <summary>The n-th event of a customer: the same for the same seed.</summary>
    public BehaviourEvent Event(int customer, int number)
    {
        var random = new Random(HashCode(customer, number));
        var item = random.Next(ItemCount);
        return new BehaviourEvent
        {
            EventId = string.Create(CultureInfo.InvariantCulture, $"e{number}"),
            Type = random.Next(4) == 0 ? EventType.Purchase : EventType.View,
            Timestamp = _now - (Span * random.NextDouble()),
            OrderId = string.Create(CultureInfo.InvariantCulture, $"o{number / 3}"),
            Item = string.Create(CultureInfo.InvariantCulture, $"item-{item}"),
            Category = string.Create(CultureInfo.InvariantCulture, $"category-{item % 20}"),
            Quantity = 1 + random.Next(5),
            UnitPrice = 1 + (item % 50),
            Text = string.Create(CultureInfo.InvariantCulture, $"article number {item} in colour {item % 7}"),
        };
    }

    /// <summary>Records the first events of every customer, durably.</summary>
    public async Task FillAsync(SegmentationClient client, int customers, int eventsEach, CancellationToken cancellationToken)
    {
        var events = Enumerable.Range(0, customers)
            .SelectMany(customer => Enumerable.Range(0, eventsEach).Select(number => new CustomerEvent(CustomerId(customer), Event(customer, number))));
        await new CustomerLoader(client).LoadAsync(events.ToAsyncEnumerable(), _ => { }, cancellationToken);
    }

    private int HashCode(int customer, int number) => unchecked((((seed * 16_777_619) ^ customer) * 16_777_619) ^ number);
}
