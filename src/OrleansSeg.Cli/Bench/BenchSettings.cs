namespace OrleansSeg.Cli.Bench;

/// <summary>How a benchmark is run.</summary>
/// <param name="Duration">How long it measures, preparation not counted.</param>
/// <param name="Callers">Calls in flight at one time.</param>
/// <param name="Customers">Customers it works on.</param>
/// <param name="EventsEach">Events each of them has before measuring begins.</param>
/// <param name="PerSecond">Offered load, for benchmarks that hold one.</param>
/// <param name="Rows">Rows of a generated file.</param>
/// <param name="File">A file to import instead of a generated one.</param>
/// <param name="Layout">The file's layout.</param>
internal sealed record BenchSettings(
    TimeSpan Duration, int Callers, int Customers, int EventsEach, double PerSecond, int Rows, FileInfo? File, string? Layout);
