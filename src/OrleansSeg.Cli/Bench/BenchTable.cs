using System.Globalization;
using Spectre.Console;

namespace OrleansSeg.Cli.Bench;

/// <summary>A benchmark's report as people read it.</summary>
internal static class BenchTable
{
    /// <summary>Writes the report.</summary>
    public static void Write(IAnsiConsole screen, BenchReport report)
    {
        screen.Write(RatesAndRatios(report));
        if (report.PercentilesMs.Count > 0)
        {
            screen.Write(Latencies(report));
        }

        screen.WriteLine(string.Join(", ", report.Settings.Select(pair => $"{pair.Key} {pair.Value}")));
    }

    private static Table RatesAndRatios(BenchReport report)
    {
        var table = Columns($"bench {report.Name}", "median", "lowest round", "highest round");
        foreach (var (name, value) in report.Rates)
        {
            table.AddRow($"{name} per second", Count(value), Count(report.Spread[name][0]), Count(report.Spread[name][1]));
        }

        foreach (var (name, value) in report.Ratios)
        {
            table.AddRow($"{name}, ratio", Share(value), Share(report.Spread[name][0]), Share(report.Spread[name][1]));
        }

        foreach (var (name, value) in report.Bytes)
        {
            table.AddRow($"{name}, bytes", Count(value), "", "");
        }

        return table;
    }

    private static Table Latencies(BenchReport report)
    {
        var table = Columns("latency in ms", "p50", "p95", "p99");
        foreach (var (name, value) in report.PercentilesMs)
        {
            table.AddRow(name, Share(value.P50), Share(value.P95), Share(value.P99));
        }

        return table;
    }

    private static Table Columns(string first, params string[] others)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(Markup.Escape(first));
        foreach (var other in others)
        {
            table.AddColumn(new TableColumn(other).RightAligned());
        }

        return table;
    }

    private static string Count(double value) => value.ToString(value < 100 ? "N1" : "N0", CultureInfo.InvariantCulture);

    private static string Share(double value) => value.ToString("N3", CultureInfo.InvariantCulture);
}
