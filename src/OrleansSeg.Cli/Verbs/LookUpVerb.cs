using System.CommandLine;
using System.Globalization;
using OrleansSeg.Cli.Customers;
using OrleansSeg.Segments;
using Spectre.Console;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>lookup ID…</c>: the current segment of customers.</summary>
internal static class LookUpVerb
{
    public static Command Create(VerbRunner runner)
    {
        var ids = new Argument<string[]>("id") { Description = "Customer ids, as the shop writes them.", Arity = ArgumentArity.OneOrMore };
        var fresh = new Option<bool>("--fresh") { Description = "Wait until everything recorded so far is scored." };
        var command = new Command("lookup", "Says which segment customers are in right now.") { ids, fresh };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var customers = context.Parsed.GetValue(ids)!;
            await using var session = await context.OpenAsync(cancellationToken);
            IReadOnlyList<SegmentAssignment> assignments = context.Parsed.GetValue(fresh)
                ? await Task.WhenAll(customers.Select(id => session.Client.Customer(id).LookUpFreshAsync(cancellationToken)))
                : await session.Client.LookUpManyAsync(customers, cancellationToken);
            context.Output.Answer(assignments.Select(AssignmentDocument.Of), screen => Write(screen, assignments));
            return ExitCodes.Done;
        });
    }

    /// <summary>Assignments as a table.</summary>
    public static void Write(IAnsiConsole screen, IEnumerable<SegmentAssignment> assignments)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("customer", "segment");
        foreach (var column in new[] { "probability", "churn", "expected value", "model", "events" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        table.AddColumn("assigned");
        foreach (var a in assignments)
        {
            var chosen = a.Probabilities.IsDefaultOrEmpty ? null : (float?)a.Probabilities.FirstOrDefault(p => p.Segment == a.Segment).Probability;
            table.AddRow(
                Markup.Escape(a.Customer),
                $"[bold]{Markup.Escape(a.Segment)}[/]",
                chosen?.ToString("P0", CultureInfo.InvariantCulture) ?? "–",
                a.ChurnProbability?.ToString("P0", CultureInfo.InvariantCulture) ?? "–",
                Value(a),
                a.ModelVersion == 0 ? "–" : a.ModelVersion.ToString(CultureInfo.InvariantCulture),
                a.EventsSeen.ToString("N0", CultureInfo.InvariantCulture),
                (a.AssignedAt is { } at ? $"{at:u}" : "–") + (a.Stale ? " (stale)" : ""));
        }

        screen.Write(table);
    }

    private static string Value(SegmentAssignment a) => (a.ExpectedValue, a.ExpectedValueLow, a.ExpectedValueHigh) switch
    {
        (null, _, _) => "–",
        ({ } value, { } low, { } high) => string.Create(CultureInfo.InvariantCulture, $"{value:N2} ({low:N0} to {high:N0})"),
        ({ } value, _, _) => value.ToString("N2", CultureInfo.InvariantCulture),
    };
}
