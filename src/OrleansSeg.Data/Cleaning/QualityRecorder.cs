using System.Collections.Immutable;
using System.Runtime.InteropServices;
using OrleansSeg.Data.Import;
using OrleansSeg.Data.Import.Rows;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Cleaning;

/// <summary>Counts what becomes of rows. One thread writes; <see cref="Snapshot"/> is taken on that thread too.</summary>
internal sealed class QualityRecorder
{
    private readonly Dictionary<string, long> _dropped = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _rejected = new(StringComparer.Ordinal);
    private readonly List<RejectedExample> _examples = [];
    private readonly HashCountTable _customers = new();
    private long _read;
    private long _kept;
    private DateTimeOffset? _first;
    private DateTimeOffset? _last;

    /// <summary>Counts a row that its layout leaves out.</summary>
    public void Drop(string policy)
    {
        _read++;
        CollectionsMarshal.GetValueRefOrAddDefault(_dropped, policy, out _)++;
    }

    /// <summary>Counts a malformed row, or a block of them.</summary>
    public void Reject(long row, RowFault fault, long rows = 1)
    {
        _read += rows;
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_rejected, fault.Code, out _);
        if (count < DataQualityReport.ExamplesMax)
        {
            _examples.Add(new RejectedExample(row, fault.Field, fault.Reason, fault.Code));
        }

        count += rows;
    }

    /// <summary>Counts a row that became an event.</summary>
    public void Keep(BehaviourEvent e, UInt128 customer)
    {
        _read++;
        _kept++;
        _customers.Increment(customer);
        _first = _first is { } first && first <= e.Timestamp ? first : e.Timestamp;
        _last = _last is { } last && last >= e.Timestamp ? last : e.Timestamp;
    }

    /// <summary>The report so far.</summary>
    public DataQualityReport Snapshot() => new()
    {
        RowsRead = _read,
        RowsKept = _kept,
        Dropped = _dropped.ToImmutableSortedDictionary(StringComparer.Ordinal),
        Rejected = _rejected.ToImmutableSortedDictionary(StringComparer.Ordinal),
        RejectedExamples = [.. _examples],
        Customers = _customers.Count,
        Events = _kept,
        FirstEvent = _first,
        LastEvent = _last,
    };
}
