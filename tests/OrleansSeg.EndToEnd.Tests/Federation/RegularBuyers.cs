using System.Collections.Immutable;
using System.Globalization;
using OrleansSeg.Customers;
using OrleansSeg.Events;

namespace OrleansSeg.EndToEnd.Tests.Federation;

/// <summary>Regular buyers of every rhythm, of whom some stop.</summary>
internal static class RegularBuyers
{
    /// <summary>What they did in the 270 days before an instant.</summary>
    public static IEnumerable<CustomerImport> Of(int customers, DateTimeOffset now) => Enumerable.Range(0, customers).Select(number => One(number, now));

    private static CustomerImport One(int number, DateTimeOffset now)
    {
        var random = new Random(number);
        var gap = 6 + (90 * random.NextDouble() * random.NextDouble());
        var stop = random.Next(3) == 0 ? random.Next(270) : 0;
        var events = ImmutableArray.CreateBuilder<BehaviourEvent>();
        for (var day = 270 - (random.NextDouble() * gap); day > stop; day -= gap * (0.5 + random.NextDouble()))
        {
            events.Add(new BehaviourEvent
            {
                EventId = string.Create(CultureInfo.InvariantCulture, $"e{events.Count}"),
                Type = EventType.Purchase,
                Timestamp = now.AddDays(-day),
                Quantity = 1,
                UnitPrice = 5 + random.Next(number % 7 == 0 ? 200 : 30),
            });
        }

        return new CustomerImport($"c{number}", events.ToImmutable(), ImmutableDictionary<string, string>.Empty);
    }
}
