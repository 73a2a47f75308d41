using OrleansSeg.Events;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;

namespace OrleansSeg.Model.Training;

/// <summary>Purchase days and spend of any window of one history, from running sums.</summary>
internal sealed class FuturePurchases
{
    private readonly List<DateTimeOffset> _times = [];
    private readonly List<decimal> _spendBefore = [0m];
    private readonly List<int> _daysBefore = [0];

    public FuturePurchases(IEnumerable<BehaviourEvent> events)
    {
        foreach (var e in events)
        {
            if (e.Type == EventType.Purchase)
            {
                var newDay = _times.Count == 0 || LifetimeAggregates.DayOf(_times[^1]) != LifetimeAggregates.DayOf(e.Timestamp);
                _times.Add(e.Timestamp);
                _spendBefore.Add(_spendBefore[^1] + e.Amount);
                _daysBefore.Add(_daysBefore[^1] + (newDay ? 1 : 0));
            }
        }
    }

    /// <summary>Distinct UTC days with a purchase, and gross spend, after <paramref name="start"/> and up to and with <paramref name="end"/>.</summary>
    public (int Days, decimal Spend) Between(DateTimeOffset start, DateTimeOffset end)
    {
        var (from, to) = (CountUntil(start), CountUntil(end));
        if (from == to)
        {
            return (0, 0m);
        }

        // A window that begins within a day of purchases has that day too, though its first purchase lies before.
        var dayBegan = from > 0 && LifetimeAggregates.DayOf(_times[from - 1]) == LifetimeAggregates.DayOf(_times[from]);
        return (_daysBefore[to] - _daysBefore[from] + (dayBegan ? 1 : 0), _spendBefore[to] - _spendBefore[from]);
    }

    /// <summary>Recency, frequency and money at an instant.</summary>
    public RfmState At(DateTimeOffset instant)
    {
        var bought = CountUntil(instant);
        var (days, spend) = Between(instant - RfmState.Period, instant);
        return new RfmState(bought > 0 ? (instant - _times[bought - 1]).TotalDays : double.NaN, days, (double)spend);
    }

    private int CountUntil(DateTimeOffset time)
    {
        var (low, high) = (0, _times.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _times[middle] <= time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
