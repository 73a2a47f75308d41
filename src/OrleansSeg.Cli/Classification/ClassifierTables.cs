using System.Globalization;
using OrleansSeg.Model.Text.Classification;
using Spectre.Console;
using static System.FormattableString;

namespace OrleansSeg.Cli.Classification;

/// <summary>Scores of classifiers as people read them.</summary>
internal static class ClassifierTables
{
    /// <summary>Scores by label.</summary>
    public static void Write(IAnsiConsole screen, ClassificationReport report)
    {
        var table = Columns("label", "texts", "precision", "recall", "F1");
        foreach (var (label, scores) in report.ByLabel)
        {
            table.AddRow(Markup.Escape(label), Invariant($"{scores.Support:N0}"), Figure(scores.Precision), Figure(scores.Recall), Figure(scores.F1));
        }

        screen.WriteLine(Invariant($"{report.Texts:N0} texts, {report.Accuracy:P1} of them right, macro-F1 {report.MacroF1:F3}, log loss {report.LogLoss:F3}."));
        screen.Write(table);
    }

    /// <summary>Trainings beside each other.</summary>
    /// <param name="screen">Where to.</param>
    /// <param name="runs">The trainings.</param>
    /// <param name="majority">What telling the most frequent label of all texts gives; null to leave it out.</param>
    /// <param name="beside">What the columns beside the texts tell; null to leave it out.</param>
    public static void Write(IAnsiConsole screen, IEnumerable<ClassifierRun> runs, ClassificationReport? majority, BesideReport? beside = null)
    {
        var table = Columns("method", "macro-F1", "accuracy", "log loss", "trained", "share", "MB to train", "seconds", "texts a second");
        foreach (var run in runs)
        {
            table.AddRow(
                run.Method, Figure(run.Report.MacroF1), Figure(run.Report.Accuracy), Figure(run.Report.LogLoss), Invariant($"{run.TrainedWeights:N0}"), Invariant($"{run.TrainedShare:P2}"),
                Invariant($"{run.TrainingBytes / 1e6:N1}"), Invariant($"{run.Seconds}"), Invariant($"{run.TextsPerSecond:N0}"));
        }

        foreach (var (name, report) in new[] { ("columns", beside?.Columns), ("columns, vectors", beside?.WithTexts), ("majority", majority) })
        {
            if (report is not null)
            {
                table.AddRow(name, Figure(report.MacroF1), Figure(report.Accuracy), Figure(report.LogLoss), "", "", "", "", "");
            }
        }

        screen.Write(table);
    }

    private static Table Columns(string first, params string[] others)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(first);
        foreach (var column in others)
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        return table;
    }

    private static string Figure(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
