using System.Collections.Immutable;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Federation.Fitting;

/// <summary>How much a trainer holds and what time it spans, so that a run can place its cutoffs; whole UTC days.</summary>
/// <param name="Customers">Customers with an event.</param>
/// <param name="Events">Their events.</param>
/// <param name="First">Day of the earliest event; null when there is none.</param>
/// <param name="Last">Day of the latest event; null when there is none.</param>
public sealed record DataSpan(long Customers, long Events, DateOnly? First, DateOnly? Last)
{
    /// <summary>Nothing.</summary>
    public static DataSpan Empty { get; } = new(0, 0, null, null);

    /// <summary>What several trainers hold, in any order.</summary>
    public static DataSpan Merge(IEnumerable<DataSpan> parts)
    {
        var all = parts.ToList();
        return new DataSpan(
            all.Sum(part => part.Customers), all.Sum(part => part.Events), all.Min(part => part.First), all.Max(part => part.Last));
    }

    /// <summary>This and one history.</summary>
    public DataSpan With(CustomerHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return history.Events.Count == 0
            ? this
            : Merge([this, new DataSpan(1, history.Events.Count, DayOf(history.Events[0].Timestamp), DayOf(history.Events[^1].Timestamp))]);
    }

    /// <summary>The numbers by name.</summary>
    public ImmutableSortedDictionary<string, double> ToMetrics() => ImmutableSortedDictionary<string, double>.Empty.Add("customers", Customers).Add("events", Events);

    private static DateOnly DayOf(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);
}
