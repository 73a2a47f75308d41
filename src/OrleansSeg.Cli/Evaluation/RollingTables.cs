using System.Globalization;
using OrleansSeg.Model.Evaluation.Rolling;
using Spectre.Console;

namespace OrleansSeg.Cli.Evaluation;

/// <summary>A rolling comparison for people.</summary>
internal static class RollingTables
{
    private static readonly (string Name, string Title)[] Shown =
    [
        ("logLoss", "log loss"), ("churnAuroc", "churn AUROC"), ("macroAuroc", "macro AUROC"), ("macroF1", "macro-F1"), ("ece", "ECE"), ("churnLift", "churn lift"),
        ("spendCaptured", "spend in top tenth"),
    ];

    /// <summary>Writes a suite: who wins, then the comparison.</summary>
    public static void Write(IAnsiConsole screen, SuiteDocument suite)
    {
        Write(screen, suite.Comparison);
        foreach (var (network, verdict) in suite.Verdicts)
        {
            screen.WriteLine($"{network}, beside the best baseline, {suite.BestBaseline}, by log loss: {verdict}.");
        }

        screen.WriteLine($"What comes after these cutoffs was looked at, this time included, {string.Join(", ", suite.Looks.Select(look => $"{look.Times.ToString(CultureInfo.InvariantCulture)} x"))}.");
    }

    /// <summary>Writes it.</summary>
    public static void Write(IAnsiConsole screen, RollingReport report)
    {
        screen.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Examples:N0} tests of {report.Customers:N0} customers at {report.Cutoffs.Count} cutoffs, {report.Cutoffs[0].UtcDateTime:yyyy-MM-dd} to {report.Cutoffs[^1].UtcDateTime:yyyy-MM-dd}, seeds {string.Join(", ", report.Seeds)}{(report.Folds > 1 ? $", {report.Folds} folds of customers" : "")}{(report.Refitted ? ", each fitted again on all that had matured" : "")}. In brackets: 95 % intervals from resampled customers."));
        var table = new Table().Border(TableBorder.Rounded).AddColumns(["contender", .. Shown.Select(shown => shown.Title), "between seeds", "seconds a fit"]);
        foreach (var contender in report.Contenders)
        {
            table.AddRow(
            [
                Markup.Escape(contender.Name),
                .. Shown.Select(shown => Figure(contender, shown.Name)),
                Number(contender.SeedDeviation),
                contender.Fits.Average(fit => fit.Seconds).ToString("F0", CultureInfo.InvariantCulture),
            ]);
        }

        screen.Write(table);
        WriteDifferences(screen, report);
        WriteGroups(screen, report);
        WriteCurve(screen, report);
    }

    private static void WriteDifferences(IAnsiConsole screen, RollingReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("contender", "against", "log loss", "churn AUROC", "macro AUROC", "macro-F1", "right alone, wrong alone", "McNemar p");
        foreach (var (contender, name) in report.Contenders.SelectMany(contender => contender.Against.Keys.Select(name => (contender, name))))
        {
            var against = contender.Against[name];
            table.AddRow(
                Markup.Escape(contender.Name), Markup.Escape(name), Difference(against, "logLoss"), Difference(against, "churnAuroc"), Difference(against, "macroAuroc"), Difference(against, "macroF1"),
                string.Create(CultureInfo.InvariantCulture, $"{against.McNemar.FirstOnly:N0}, {against.McNemar.SecondOnly:N0}"),
                against.McNemar.PValue.ToString(against.McNemar.PValue < 0.001 ? "E1" : "F3", CultureInfo.InvariantCulture));
        }

        screen.Write(table);
    }

    private static void WriteGroups(IAnsiConsole screen, RollingReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(["log loss of customers", "tests", .. report.Contenders.Select(contender => Markup.Escape(contender.Name))]);
        foreach (var (group, scores) in report.Contenders[0].Groups.OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            table.AddRow(
            [
                Markup.Escape(group), scores.Examples.ToString("N0", CultureInfo.InvariantCulture), .. report.Contenders.Select(contender => Number(contender.Groups[group].LogLoss)),
            ]);
        }

        screen.Write(table);
    }

    private static void WriteCurve(IAnsiConsole screen, RollingReport report)
    {
        if (report.LearningCurve.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns(["log loss at the latest cutoff, fitted on", .. report.Contenders.Select(contender => Markup.Escape(contender.Name))]);
        foreach (var share in report.LearningCurve.GroupBy(point => (point.Share, point.Customers)))
        {
            table.AddRow(
            [
                string.Create(CultureInfo.InvariantCulture, $"{share.Key.Customers:N0} customers ({share.Key.Share:P0})"),
                .. report.Contenders.Select(contender => Number(share.Single(point => point.Contender == contender.Name).LogLoss)),
            ]);
        }

        screen.Write(table);
    }

    private static string Figure(ContenderScores contender, string name) => contender.Figures.TryGetValue(name, out var figure)
        ? Markup.Escape(Number(figure.Value) + (figure.Low is { } low ? $" [{Number(low)}, {Number(figure.High)}]" : ""))
        : "";

    private static string Difference(Comparison comparison, string name) => comparison.Differences.TryGetValue(name, out var paired)
        ? Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{paired.Mean:+0.0000;-0.0000} [{paired.Low:+0.0000;-0.0000}, {paired.High:+0.0000;-0.0000}]"))
        : "";

    private static string Number(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "";
}
