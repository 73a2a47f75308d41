using System.Diagnostics.Metrics;

namespace OrleansSeg.Persistence.Sqlite;

/// <summary>What the embedded store measures. Meter: <see cref="MeterName"/>.</summary>
public static class SqliteInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "OrleansSeg.Persistence.Sqlite";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Histogram<int> GroupSize =
        Meter.CreateHistogram<int>("orleansseg.sqlite.group_size", "{write}", "Writes that shared one commit.");

    internal static void RecordGroup(int size) => GroupSize.Record(size);
}
