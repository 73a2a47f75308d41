using System.Globalization;
using OrleansSeg.Segments;
using Spectre.Console;

namespace OrleansSeg.Cli.Explanations;

/// <summary>Explanations as people read them.</summary>
internal static class ExplanationTables
{
    private const int FactorsShown = 20;

    /// <summary>What would change a decision.</summary>
    public static void WriteChanges(IAnsiConsole screen, SegmentExplanation explanation)
    {
        if (explanation.Counterfactuals.IsDefaultOrEmpty)
        {
            screen.WriteLine("Nothing that was tried would change it: silence up to half a year, a visit, up to three orders.");
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("after", "the model would say").AddColumn(new TableColumn("p").RightAligned());
        foreach (var change in explanation.Counterfactuals)
        {
            table.AddRow(Markup.Escape(change.Change), Markup.Escape(change.Segment), change.Probability.ToString(".00", CultureInfo.InvariantCulture));
        }

        screen.Write(table);
    }

    /// <summary>What speaks for a segment.</summary>
    public static void Write(IAnsiConsole screen, SegmentImportance importance)
    {
        screen.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{importance.Segment}: {importance.Members:N0} customers, {importance.Explained:N0} of them explained by model {importance.ModelVersion}{(importance.LeftOut > 0 ? $", {importance.LeftOut:N0} left out who are no longer there" : "")}."));
        var table = new Table().Border(TableBorder.Rounded).AddColumns("factor").AddColumn(new TableColumn("weight").RightAligned()).AddColumn(new TableColumn("speaks for it").RightAligned());
        foreach (var factor in importance.Factors.Take(FactorsShown))
        {
            table.AddRow(
                Markup.Escape(factor.Name), factor.Importance.ToString("0.000", CultureInfo.InvariantCulture), factor.Direction.ToString("+0.000;-0.000", CultureInfo.InvariantCulture));
        }

        screen.Write(table);
        screen.WriteLine($"Weight: the contribution's size in logits, mean over the customers; beside it the mean with its sign.{(importance.Factors.Count > FactorsShown ? $" {importance.Factors.Count - FactorsShown} lighter ones are in --json." : "")}");
    }
}
