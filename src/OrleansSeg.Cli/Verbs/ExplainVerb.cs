using System.CommandLine;
using System.Globalization;
using OrleansSeg.Segments;
using Spectre.Console;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>explain ID</c>: why a customer is in a segment, computed by the model in service.</summary>
internal static class ExplainVerb
{
    public static Command Create(VerbRunner runner)
    {
        var id = new Argument<string>("id") { Description = "The customer's id." };
        var command = new Command("explain", "Says why a customer is in a segment.") { id };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            await using var session = await context.OpenAsync(cancellationToken);
            try
            {
                var explanation = await session.Client.Customer(context.Parsed.GetValue(id)!).ExplainAsync(cancellationToken);
                context.Output.Answer(explanation, screen => Write(screen, explanation, int.MaxValue));
                return ExitCodes.Done;
            }
            catch (InvalidOperationException exception)
            {
                throw new VerbFailedException(exception.Message);
            }
        });
    }

    /// <summary>The factors as a table.</summary>
    public static void Write(IAnsiConsole screen, SegmentExplanation explanation, int count)
    {
        screen.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{explanation.Customer} is {explanation.Segment} ({explanation.Probability:P0}), says model {explanation.ModelVersion}, because:"));
        var table = new Table().Border(TableBorder.Rounded).AddColumns("factor", "value").AddColumn(new TableColumn("speaks for it").RightAligned());
        foreach (var factor in explanation.Factors.Take(count))
        {
            table.AddRow(Markup.Escape(factor.Name), Markup.Escape(factor.Value), factor.Contribution.ToString("+0.000;-0.000", CultureInfo.InvariantCulture));
        }

        screen.Write(table);
        screen.WriteLine($"Contributions in logits, by {explanation.Method}.");
    }
}
