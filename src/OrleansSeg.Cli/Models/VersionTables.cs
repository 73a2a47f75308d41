using OrleansSeg.Cli.Reports;
using OrleansSeg.Cli.Rounds;
using OrleansSeg.Model.Bundles;
using Spectre.Console;
using static System.FormattableString;

namespace OrleansSeg.Cli.Models;

/// <summary>Cards and comparisons of versions as people read them.</summary>
internal static class VersionTables
{
    /// <summary>A version's card.</summary>
    public static void Write(IAnsiConsole screen, int version, ModelCard card)
    {
        var facts = new Table().Border(TableBorder.Rounded).AddColumns(Invariant($"version {version}"), "");
        foreach (var (name, value) in CardWords.Of(card))
        {
            facts.AddRow(name, Markup.Escape(value));
        }

        screen.Write(facts);
        var classes = new Table().Border(TableBorder.Rounded).AddColumns("segment, on validation", "precision", "recall", "F1", "customers");
        foreach (var (label, scores) in card.Validation.PerClass)
        {
            classes.AddRow(Markup.Escape(label), RunWords.Metric(scores.Precision), RunWords.Metric(scores.Recall), RunWords.Metric(scores.F1), Invariant($"{scores.Support}"));
        }

        screen.Write(classes);
        screen.WriteLine(Invariant($"On validation, which flatters: log loss {card.Validation.LogLoss:F4}, churn AUROC {card.Validation.ChurnAuroc:F4}, macro-F1 {card.Validation.MacroF1:F4}."));
    }

    /// <summary>Two versions side by side.</summary>
    public static void Write(IAnsiConsole screen, VersionDifference difference)
    {
        var apart = new Table().Border(TableBorder.Rounded).AddColumns("what differs", Invariant($"version {difference.First}"), Invariant($"version {difference.Second}"));
        foreach (var (name, pair) in difference.Differences)
        {
            apart.AddRow(Markup.Escape(name), Markup.Escape(pair.First ?? "–"), Markup.Escape(pair.Second ?? "–"));
        }

        screen.Write(apart);
        var figures = new Table().Border(TableBorder.Rounded).AddColumns("each on its own validation", Invariant($"version {difference.First}"), Invariant($"version {difference.Second}"));
        foreach (var (name, pair) in difference.Validation)
        {
            figures.AddRow(name, Metric(pair.First), Metric(pair.Second));
        }

        screen.Write(figures);
        if (difference.Paired is not { } paired)
        {
            screen.WriteLine($"They could not be measured on the same customers: {difference.WhyNotPaired}");
            return;
        }

        screen.WriteLine(Invariant(
            $"On {paired.Customers} customers whom neither was trained on, at {paired.Cutoff.UtcDateTime:yyyy-MM-dd}: log loss {paired.First.LogLoss:F4} and {paired.Second.LogLoss:F4}, difference {paired.LogLossDifference.Mean:+0.0000;-0.0000} [{paired.LogLossDifference.Low:+0.0000;-0.0000}, {paired.LogLossDifference.High:+0.0000;-0.0000}]; {paired.Decisions.FirstOnly} segments right by version {difference.First} alone, {paired.Decisions.SecondOnly} by version {difference.Second} alone (McNemar p = {paired.Decisions.PValue:0.###})."));
    }

    private static string Metric(double? value) => value is { } number ? RunWords.Metric(number) : "–";
}
