using System.Globalization;
using OrleansSeg.Data.Import;
using Spectre.Console;

namespace OrleansSeg.Cli.Import;

/// <summary>The data-quality report as people read it.</summary>
internal static class QualityTable
{
    /// <summary>Writes the report.</summary>
    public static void Write(IAnsiConsole screen, DataQualityReport report, LoadTotals loaded)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Rows").AddColumn(new TableColumn("Count").RightAligned());
        table.AddRow("read", Number(report.RowsRead)).AddRow("kept", Number(report.RowsKept));
        foreach (var (policy, count) in report.Dropped)
        {
            table.AddRow($"dropped: {Markup.Escape(policy)}", Number(count));
        }

        foreach (var (reason, count) in report.Rejected)
        {
            table.AddRow($"[red]rejected: {Markup.Escape(reason)}[/]", Number(count));
        }

        screen.Write(table);
        screen.WriteLine($"{Number(report.Customers)} customers, {Number(report.Events)} events from {report.FirstEvent:yyyy-MM-dd} to {report.LastEvent:yyyy-MM-dd}.");
        screen.WriteLine($"Stored now: {Number(loaded.Added)}; known before: {Number(loaded.AlreadyKnown)}; refused by customers: {Number(loaded.Refused)}.");
        foreach (var example in report.RejectedExamples.Take(10))
        {
            screen.WriteLine($"  row {example.Row}: {example.Field}: {example.Reason}");
        }

        foreach (var refusal in loaded.RefusedExamples)
        {
            screen.WriteLine($"  event {refusal.EventId}: {refusal.Field}: {refusal.Reason}");
        }
    }

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
