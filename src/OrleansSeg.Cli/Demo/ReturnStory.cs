using System.Collections.Immutable;
using OrleansSeg.Cli.Customers;
using OrleansSeg.Client;
using OrleansSeg.Events;
using OrleansSeg.Segments;

namespace OrleansSeg.Cli.Demo;

/// <summary>A customer who had fallen silent comes back and orders; the segment follows.</summary>
/// <param name="Customer">Who.</param>
/// <param name="Before">The look-up before.</param>
/// <param name="Reasons">What spoke for the segment before.</param>
/// <param name="After">The first look-up that reflects the visit.</param>
/// <param name="Events">What was recorded.</param>
/// <param name="LastOrder">When the customer had last ordered.</param>
/// <param name="Durable">From the call to the acknowledgement.</param>
/// <param name="Visible">From the call to the look-up that reflects it.</param>
internal sealed record ReturnStory(
    ShownCustomer Customer,
    SegmentAssignment Before,
    SegmentExplanation Reasons,
    SegmentAssignment After,
    ImmutableArray<BehaviourEvent> Events,
    DateTimeOffset? LastOrder,
    TimeSpan Durable,
    TimeSpan Visible)
{
    private const int LinesMax = 2;
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(2);

    /// <summary>Plays the story with a customer.</summary>
    /// <param name="client">The site.</param>
    /// <param name="customer">Somebody who ordered before.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="VerbFailedException">The visit was not scored in time.</exception>
    public static async Task<ReturnStory> PlayAsync(
        SegmentationClient client, ShownCustomer customer, TimeProvider time, CancellationToken cancellationToken)
    {
        var id = customer.Assignment.Customer;
        var bought = await client.Customer(id).ReadHistoryAsync(null, null, cancellationToken)
            .Where(e => e is { Type: EventType.Purchase, Item: not null }).ToListAsync(cancellationToken);
        var events = Visit(bought, time.GetUtcNow());

        // Asking why has the model at hand from here on, as in a server; a process that has just begun would load it for the first score.
        var reasons = await client.Customer(id).ExplainAsync(cancellationToken);
        var before = await client.LookUpAsync(id);
        var began = time.GetTimestamp();
        await client.RecordAsync(id, events, cancellationToken);
        var durable = time.GetElapsedTime(began);
        while (time.GetElapsedTime(began) < PatienceMax)
        {
            // Looking up is what a storefront does; asking to wait for freshness would skip the pause in which more clicks are awaited.
            var now = await client.LookUpAsync(id);
            if (now.EventsSeen >= before.EventsSeen + events.Length && !now.Stale)
            {
                return new ReturnStory(customer, before, reasons, now, events, bought[^1].Timestamp, durable, time.GetElapsedTime(began));
            }

            await Task.Delay(Glance, time, cancellationToken);
        }

        throw new VerbFailedException($"What customer {id} did was recorded, but not scored within {PatienceMax.TotalSeconds:F0} s.");
    }

    /// <summary>A look at things bought last time, into the cart and paid, over the last minute and a half.</summary>
    private static ImmutableArray<BehaviourEvent> Visit(List<BehaviourEvent> bought, DateTimeOffset now)
    {
        var wanted = bought.AsEnumerable().Reverse().DistinctBy(e => e.Item).Take(LinesMax).Reverse().ToList();
        var visit = Guid.NewGuid().ToString("N");
        var events = ImmutableArray.CreateBuilder<BehaviourEvent>();
        foreach (var (type, ago) in new[] { (EventType.View, 80), (EventType.AddToCart, 30), (EventType.Purchase, 1) })
        {
            events.AddRange(wanted.Select((line, position) => new BehaviourEvent
            {
                EventId = $"{visit}-{type}-{position + 1}",
                Type = type,
                Timestamp = now - TimeSpan.FromSeconds(ago),
                OrderId = type == EventType.Purchase ? $"live-{visit[..12]}" : null,
                Item = line.Item,
                Category = line.Category,
                Quantity = type == EventType.View ? null : line.Quantity,
                UnitPrice = line.UnitPrice,
                Channel = "web",
                Text = line.Text,
            }));
        }

        return events.ToImmutable();
    }
}
