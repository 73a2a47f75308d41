using System.Diagnostics.Metrics;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>What the Azure stores measure. Meter: <see cref="MeterName"/>.</summary>
public static class AzureTablesInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "OrleansSeg.Persistence.AzureTables";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "orleansseg.azure.operation.duration", "ms", "Time of one operation with all its repetitions, by operation and outcome.");

    internal static void Record(string operation, string outcome, TimeSpan duration) =>
        Duration.Record(duration.TotalMilliseconds, new("operation", operation), new("outcome", outcome));
}
