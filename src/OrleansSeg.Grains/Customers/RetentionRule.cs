using OrleansSeg.Customers.History;
using OrleansSeg.Events;

namespace OrleansSeg.Customers;

/// <summary>From when on events of each type are kept.</summary>
internal sealed class RetentionRule
{
    /// <summary>Everything is kept.</summary>
    public static readonly RetentionRule KeepAll = new(new Dictionary<EventType, DateTimeOffset>());

    /// <summary>A customer's pages are rewritten at most this often.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromDays(1);

    private readonly Dictionary<EventType, DateTimeOffset> _watermarks;

    private RetentionRule(Dictionary<EventType, DateTimeOffset> watermarks)
    {
        _watermarks = watermarks;
        Latest = watermarks.Count == 0 ? null : watermarks.Values.Max();
    }

    /// <summary>The time before which events of some type are not kept, null when all are: earlier cutoffs cannot be reproduced.</summary>
    public DateTimeOffset? Latest { get; }

    /// <summary>The rule of the options at one moment.</summary>
    public static RetentionRule At(DateTimeOffset now, IReadOnlyDictionary<EventType, TimeSpan> maxAges) =>
        maxAges.Count == 0 ? KeepAll : new RetentionRule(maxAges.ToDictionary(m => m.Key, m => now - m.Value));

    /// <summary>The earliest time kept for a type; null when all of it is.</summary>
    public DateTimeOffset? WatermarkOf(EventType type) => _watermarks.TryGetValue(type, out var watermark) ? watermark : null;

    /// <summary>Whether an event is not kept any more.</summary>
    public bool Drops(EventType type, long ticks) => _watermarks.TryGetValue(type, out var watermark) && ticks < watermark.UtcTicks;

    /// <summary>Whether a customer may hold events that are not kept, and was not looked through for a day.</summary>
    public bool IsDueFor(CustomerState state)
    {
        if (Latest is not { } latest || latest - state.RetainedFrom < Pace)
        {
            return false;
        }

        var oldest = state.Pages.Select(page => page.MinTicks)
            .Concat(state.Directories.Select(directory => directory.MinTicks))
            .Append(EventBlock.FirstTicksOf(state.Hot) ?? long.MaxValue)
            .Min();
        return oldest < latest.UtcTicks;
    }
}
