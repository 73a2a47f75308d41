using System.Globalization;
using OrleansSeg.Events;
using OrleansSeg.Model.Text.Tagging;
using Spectre.Console;
using static System.FormattableString;

namespace OrleansSeg.Cli.Tagging;

/// <summary>Scores and tagged texts as people read them.</summary>
internal static class TagTables
{
    /// <summary>Scores by label, of spans and of words.</summary>
    public static void Write(IAnsiConsole screen, TaggingReport report)
    {
        screen.WriteLine(Invariant($"{report.Texts:N0} texts, {report.Words:N0} words, {report.Accuracy:P1} of them right."));
        var table = new Table().Border(TableBorder.Rounded).AddColumn("label");
        foreach (var column in new[] { "spans", "precision", "recall", "F1", "words", "precision", "recall", "F1" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var (label, spans) in report.Entities.ByLabel)
        {
            table.AddRow(Row(label, spans, report.Tokens.ByLabel[label]));
        }

        table.AddRow(Row("all", report.Entities.Overall, report.Tokens.Overall));
        screen.Write(table);
    }

    /// <summary>Trainings beside each other.</summary>
    public static void Write(IAnsiConsole screen, IEnumerable<TaggerRun> runs)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("method");
        foreach (var column in new[] { "span F1", "word F1", "trained", "share", "MB to train", "seconds", "texts a second" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var run in runs)
        {
            table.AddRow(
                run.Method, Figure(run.Report.Entities.Overall.F1), Figure(run.Report.Tokens.Overall.F1), Invariant($"{run.TrainedWeights:N0}"), Invariant($"{run.TrainedShare:P2}"),
                Invariant($"{run.TrainingBytes / 1e6:N1}"), Invariant($"{run.Seconds}"), Invariant($"{run.TextsPerSecond:N0}"));
        }

        screen.Write(table);
    }

    /// <summary>A text with what was found in it.</summary>
    public static void Write(IAnsiConsole screen, string text, IEnumerable<TagSpan> spans)
    {
        screen.WriteLine(text);
        foreach (var span in spans)
        {
            screen.WriteLine(Invariant($"  {span.Label}: {text[span.Start..span.End]} ({span.Probability:P0})"));
        }
    }

    private static string[] Row(string label, TagScore spans, TagScore words) =>
    [
        Markup.Escape(label), Invariant($"{spans.Support:N0}"), Figure(spans.Precision), Figure(spans.Recall), Figure(spans.F1),
        Invariant($"{words.Support:N0}"), Figure(words.Precision), Figure(words.Recall), Figure(words.F1),
    ];

    private static string Figure(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
