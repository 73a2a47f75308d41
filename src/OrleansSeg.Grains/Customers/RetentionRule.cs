using OrleansSeg.Events;

namespace OrleansSeg.Customers;

/// <summary>From when on events of each type are kept.</summary>
internal sealed class RetentionRule
{
    /// <summary>Everything is kept.</summary>
    public static readonly RetentionRule KeepAll = new(new Dictionary<EventType, DateTimeOffset>());

    private readonly Dictionary<EventType, DateTimeOffset> _watermarks;

    private RetentionRule(Dictionary<EventType, DateTimeOffset> watermarks) => _watermarks = watermarks;

    /// <summary>The rule of the options at one moment.</summary>
    public static RetentionRule At(DateTimeOffset now, IReadOnlyDictionary<EventType, TimeSpan> maxAges) =>
        maxAges.Count == 0 ? KeepAll : new RetentionRule(maxAges.ToDictionary(m => m.Key, m => now - m.Value));

    /// <summary>The earliest time kept for a type; null when all of it is.</summary>
    public DateTimeOffset? WatermarkOf(EventType type) => _watermarks.TryGetValue(type, out var watermark) ? watermark : null;
}
