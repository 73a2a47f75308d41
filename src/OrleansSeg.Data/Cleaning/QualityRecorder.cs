using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using OrleansSeg.Data.Import;
using OrleansSeg.Data.Import.Mapping;
using OrleansSeg.Data.Import.Rows;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Cleaning;

/// <summary>Counts what becomes of rows. A snapshot may be taken from any thread while rows are read.</summary>
internal sealed class QualityRecorder : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _dropped = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _rejected = new(StringComparer.Ordinal);
    private readonly List<RejectedExample> _examples = [];
    private readonly HashCountTable _customers = new();
    private readonly AmountOutliers _amounts = new();
    private readonly long[] _types = new long[(int)Enum.GetValues<EventType>().Max() + 1];
    private readonly long[] _missing = new long[Enum.GetValues<EventField>().Length];
    private long _read;
    private long _kept;
    private long _matched;
    private long _unmatched;
    private long _notProducts;
    private long _repeats;
    private DateTimeOffset _first = DateTimeOffset.MaxValue;
    private DateTimeOffset _last = DateTimeOffset.MinValue;

    /// <summary>Counts a row that its layout leaves out.</summary>
    public void Drop(string policy)
    {
        lock (_gate)
        {
            _read++;
            CollectionsMarshal.GetValueRefOrAddDefault(_dropped, policy, out _)++;
        }
    }

    /// <summary>Counts a malformed row, or a block of them.</summary>
    public void Reject(long row, RowFault fault, long rows = 1)
    {
        lock (_gate)
        {
            _read += rows;
            CollectionsMarshal.GetValueRefOrAddDefault(_rejected, fault.Code, out _) += rows;
            if (_examples.Count(example => example.Code == fault.Code) < DataQualityReport.ExamplesMax)
            {
                _examples.Add(new RejectedExample(row, fault.Field, fault.Reason, fault.Code));
            }
        }
    }

    /// <summary>Counts a row that became an event.</summary>
    public void Keep(BehaviourEvent e, KeptRow row)
    {
        lock (_gate)
        {
            _read++;
            _kept++;
            _customers.TryAdd(row.Customer);
            _types[(int)e.Type]++;
            _notProducts += row.IsNotAProduct ? 1 : 0;
            _repeats += row.IsRepeat ? 1 : 0;
            _matched += row.ReturnMatched == true ? 1 : 0;
            _unmatched += row.ReturnMatched == false ? 1 : 0;
            _first = e.Timestamp < _first ? e.Timestamp : _first;
            _last = e.Timestamp > _last ? e.Timestamp : _last;
            if (e.Type == EventType.Purchase)
            {
                _amounts.Add(e.Amount);
            }

            for (var mask = row.MissingMask; mask != 0; mask &= mask - 1)
            {
                _missing[BitOperations.TrailingZeroCount(mask)]++;
            }
        }
    }

    /// <summary>The report so far.</summary>
    /// <param name="source">What the file turned out to be.</param>
    public DataQualityReport Snapshot(FileFacts source)
    {
        lock (_gate)
        {
            var outliers = _amounts.Find();
            return new DataQualityReport
            {
                RowsRead = _read,
                RowsKept = _kept,
                Dropped = _dropped.ToImmutableSortedDictionary(StringComparer.Ordinal),
                Rejected = _rejected.ToImmutableSortedDictionary(StringComparer.Ordinal),
                RejectedExamples = [.. _examples],
                Customers = _customers.Count,
                Events = _kept,
                FirstEvent = _kept > 0 ? _first : null,
                LastEvent = _kept > 0 ? _last : null,
                EventTypes = Count(_types, i => EventTypeReader.NameOf((EventType)i)),
                MissingValues = Count(_missing, i => ((EventField)i).ReportName()),
                ReturnsMatched = _matched,
                ReturnsUnmatched = _unmatched,
                NotProductLines = _notProducts,
                RepeatedRows = _repeats,
                AmountOutliers = outliers.Count,
                AmountOutlierLimit = outliers.Limit,
                Layout = source.Layout,
                Format = source.Format,
                Encoding = source.Encoding,
                EncodingRepairs = source.EncodingRepairs,
                TimeZone = source.TimeZone,
            };
        }
    }

    /// <inheritdoc />
    public void Dispose() => _customers.Dispose();

    private static ImmutableSortedDictionary<string, long> Count(long[] counts, Func<int, string> name) =>
        Enumerable.Range(0, counts.Length).Where(i => counts[i] > 0).ToImmutableSortedDictionary(name, i => counts[i], StringComparer.Ordinal);
}
