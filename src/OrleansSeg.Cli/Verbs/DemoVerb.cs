using System.CommandLine;
using OrleansSeg.Cli.Demo;
using OrleansSeg.Cli.Output;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>demo</c>: from nothing to segments that follow behaviour, on a simulated shop, through the same parts as a real one.</summary>
internal static class DemoVerb
{
    private const int CustomersDefault = 1_500;
    private const int DaysDefault = 730;

    /// <summary>Of fewer customers too few have come by before the evaluation's training cutoffs.</summary>
    private const int CustomersMin = 500;

    public static Command Create(VerbRunner runner)
    {
        var customers = Bounded("--customers", "Customers of the simulated shop.", CustomersDefault, CustomersMin, 1_000_000);
        var days = Bounded("--days", "Days that the simulated shop has been open.", DaysDefault, 365, 3_650);
        var serve = new Option<bool>("--serve") { Description = "Leave a server running at the end." };
        var command = new Command("demo", "Simulates a shop, imports it, trains, and shows segments follow behaviour.") { customers, days, serve };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            if (context.Settings.Connect)
            {
                throw new UsageException("demo works on a data directory of its own: leave --connect out.");
            }

            var wanted = new WantedShop(Said(customers), context.Parsed.GetValue(customers), Said(days), context.Parsed.GetValue(days));
            var servedElsewhere = await DemoTour.RunAsync(context, wanted, context.Parsed.GetValue(serve), cancellationToken);
            if (!context.Parsed.GetValue(serve) || servedElsewhere)
            {
                return ExitCodes.Done;
            }

            // The document on standard output is written: what the server says are words.
            var words = context.Settings.Json ? context with { Output = new VerbOutput(json: false, context.Output.Words, context.Output.Words) } : context;
            return await ServeVerb.RunAsync(words, [], cancellationToken);

            bool Said(Option option) => context.Parsed.GetResult(option) is { Implicit: false };
        });
    }

    private static Option<int> Bounded(string name, string description, int standard, int atLeast, int atMost)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && (value < atLeast || value > atMost))
            {
                result.AddError($"{name} must be {atLeast:N0} to {atMost:N0}, not {value:N0}.");
            }
        });
        return option;
    }
}
