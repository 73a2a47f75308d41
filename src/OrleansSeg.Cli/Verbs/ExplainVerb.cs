using System.CommandLine;
using System.Globalization;
using OrleansSeg.Cli.Explanations;
using OrleansSeg.Segments;
using Spectre.Console;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>explain ID</c>: why a customer is in a segment and what would change it; <c>explain --segment NAME</c>: what speaks for a segment over many customers.</summary>
internal static class ExplainVerb
{
    public static Command Create(VerbRunner runner)
    {
        var id = new Argument<string?>("id") { Description = "The customer's id.", Arity = ArgumentArity.ZeroOrOne };
        var segment = new Option<string?>("--segment") { Description = "Explain a segment instead: what speaks for it and against it over a sample of its customers." };
        var sample = new Option<int>("--sample") { Description = "Customers of --segment to explain, drawn by --seed, 1 to 10,000.", DefaultValueFactory = _ => 100 };
        var command = new Command("explain", "Says why a customer is in a segment, and what would change it.") { id, segment, sample };
        command.Validators.Add(result =>
        {
            if (result.GetValue(id) is null == result.GetValue(segment) is null)
            {
                result.AddError("Name one customer by <id>, or a segment with --segment.");
            }
        });
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var (customer, name) = (context.Parsed.GetValue(id), context.Parsed.GetValue(segment));
            var count = BoundedNumber.Of("--sample", context.Parsed.GetValue(sample), 1, 10_000);
            await using var session = await context.OpenAsync(cancellationToken);
            try
            {
                if (customer is not null)
                {
                    var explanation = await session.Client.Customer(customer).ExplainAsync(cancellationToken);
                    context.Output.Answer(explanation, screen => Write(screen, explanation, int.MaxValue));
                }
                else
                {
                    var importance = await SegmentImportance.GatherAsync(session.Client, name!, count, context.Settings.Seed, cancellationToken);
                    context.Output.Answer(importance, screen => ExplanationTables.Write(screen, importance));
                }

                return ExitCodes.Done;
            }
            catch (InvalidOperationException exception)
            {
                throw new VerbFailedException(exception.Message);
            }
        });
    }

    /// <summary>The factors as a table, and what would change the decision.</summary>
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
        ExplanationTables.WriteChanges(screen, explanation);
    }
}
