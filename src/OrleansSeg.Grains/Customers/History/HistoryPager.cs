using System.Collections.Immutable;
using OrleansSeg.Events;

namespace OrleansSeg.Customers.History;

/// <summary>Answers history queries page by page.</summary>
internal static class HistoryPager
{
    /// <summary>Most events of one answer.</summary>
    public const int LimitMax = 10_000;

    /// <summary>An answer ends early once its texts weigh this much, so that it stays a small message.</summary>
    private const int BytesMax = 768 * 1024;

    /// <summary>One page of a history.</summary>
    /// <exception cref="ArgumentException">The token is not one of this customer, or the limit is out of range.</exception>
    public static async Task<HistoryPage> ReadAsync(
        HistoryReader reader, HistoryQuery query, string grainKey, CancellationToken cancellationToken)
    {
        if (query.Limit is < 1 or > LimitMax)
        {
            throw new ArgumentException($"Limit must be 1 to {LimitMax}, is {query.Limit}.", nameof(query));
        }

        HistoryCursor? after = query.PageToken is { } token ? HistoryCursor.Parse(token, grainKey) : null;
        var (from, to) = (query.From?.UtcTicks ?? long.MinValue, query.To?.UtcTicks ?? long.MaxValue);
        var events = ImmutableArray.CreateBuilder<BehaviourEvent>();
        var bytes = 0;
        await foreach (var e in reader.ReadAsync(from, to, after, cancellationToken))
        {
            if (events.Count == query.Limit || bytes >= BytesMax)
            {
                var last = events[^1];
                return new HistoryPage(events.DrainToImmutable(), new HistoryCursor(last.Timestamp.UtcTicks, last.EventId).ToToken(grainKey));
            }

            events.Add(e);
            bytes += SizeOf(e);
        }

        return new HistoryPage(events.DrainToImmutable(), null);
    }

    /// <summary>About how many bytes an event takes in a message.</summary>
    public static int SizeOf(BehaviourEvent e) =>
        64 + e.EventId.Length + (e.OrderId?.Length ?? 0) + (e.Item?.Length ?? 0) + (e.Category?.Length ?? 0) + (3 * (e.Text?.Length ?? 0));
}
