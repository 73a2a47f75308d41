using System.Globalization;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Sequences;

namespace OrleansSeg.Model.Training;

/// <summary>What a stream of histories holds, kept in a few numbers.</summary>
internal sealed class DataScan
{
    private ulong _fingerprint;
    private long _customers;
    private long _events;
    private DateTimeOffset _first = DateTimeOffset.MaxValue;
    private DateTimeOffset _last = DateTimeOffset.MinValue;
    private DateTimeOffset _watermark;

    /// <summary>Customers seen.</summary>
    public long Customers => _customers;

    /// <summary>Counts one history in.</summary>
    public void Add(CustomerHistory history)
    {
        if (history.Events.Count == 0)
        {
            return;
        }

        _customers++;
        _events += history.Events.Count;
        var (first, last) = (history.Events[0].Timestamp, history.Events[^1].Timestamp);
        _first = first < _first ? first : _first;
        _last = last > _last ? last : _last;

        // A sum of hashes is the same in any order of customers.
        var hash = StableHash.Of(history.CustomerId, 0);
        foreach (var e in history.Events)
        {
            _watermark = e.RecordedAt > _watermark ? e.RecordedAt : _watermark;
            hash = unchecked((hash * 31) + StableHash.Of(e.EventId, e.Timestamp.UtcTicks) + (ulong)decimal.ToOACurrency(Money(e.Amount)));
        }

        _fingerprint = unchecked(_fingerprint + hash);
    }

    /// <summary>The numbers.</summary>
    /// <exception cref="InsufficientDataException">There was no event at all.</exception>
    public DataSummary Summarize() => _customers > 0
        ? new DataSummary(
            _fingerprint.ToString("x16", CultureInfo.InvariantCulture),
            _customers,
            _events,
            _first.ToUniversalTime(),
            _last.ToUniversalTime(),
            _watermark == default ? null : _watermark.ToUniversalTime())
        : throw new InsufficientDataException("There is no customer with any event.");

    private static decimal Money(decimal amount) => Math.Clamp(amount, -100_000_000_000_000m, 100_000_000_000_000m);
}
