namespace OrleansSeg.Cli.Bench;

/// <summary>What a benchmark measured, as <c>bench NAME --json</c> prints it.</summary>
/// <param name="Name">The benchmark.</param>
/// <param name="Rates">Things done per second: the median of the rounds.</param>
/// <param name="Ratios">One rate over another of the same run: the median of the rounds' ratios.</param>
/// <param name="PercentilesMs">Latencies in milliseconds, over all rounds.</param>
/// <param name="Bytes">Sizes; empty for most benchmarks.</param>
/// <param name="Spread">Lowest and highest round of each rate and ratio.</param>
/// <param name="Settings">What the numbers hang on: counts, concurrency, machine.</param>
internal sealed record BenchReport(
    string Name,
    IReadOnlyDictionary<string, double> Rates,
    IReadOnlyDictionary<string, double> Ratios,
    IReadOnlyDictionary<string, Percentiles> PercentilesMs,
    IReadOnlyDictionary<string, double> Bytes,
    IReadOnlyDictionary<string, double[]> Spread,
    IReadOnlyDictionary<string, string> Settings);

/// <summary>Latencies in milliseconds.</summary>
/// <param name="P50">Half of the calls took no longer.</param>
/// <param name="P95">95 % took no longer.</param>
/// <param name="P99">99 % took no longer.</param>
internal sealed record Percentiles(double P50, double P95, double P99)
{
    /// <summary>From counted durations.</summary>
    public static Percentiles Of(LatencyHistogram counted) =>
        new(InMs(counted, 0.5), InMs(counted, 0.95), InMs(counted, 0.99));

    private static double InMs(LatencyHistogram counted, double share) => Math.Round(counted.Percentile(share).TotalMilliseconds, 4);
}
