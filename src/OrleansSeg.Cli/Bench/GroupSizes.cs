using System.Diagnostics.Metrics;
using OrleansSeg.Persistence.Sqlite;

namespace OrleansSeg.Cli.Bench;

/// <summary>Counts the store's commits and the writes in them, while it lives.</summary>
internal sealed class GroupSizes : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _commits;
    private long _writes;

    /// <summary>Begins to listen.</summary>
    public GroupSizes()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SqliteInstruments.MeterName && instrument.Name == "orleansseg.sqlite.group_size")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, size, _, _) =>
        {
            Interlocked.Increment(ref _commits);
            Interlocked.Add(ref _writes, size);
        });
        _listener.Start();
    }

    /// <summary>Commits and writes so far.</summary>
    public (long Commits, long Writes) Count => (Interlocked.Read(ref _commits), Interlocked.Read(ref _writes));

    /// <inheritdoc />
    public void Dispose() => _listener.Dispose();
}
