using System.CommandLine;
using OrleansSeg.Cli.Evaluation;
using OrleansSeg.Cli.Training;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Model.Evaluation.Robustness;
using OrleansSeg.Model.Evaluation.Rolling;
using OrleansSeg.Model.Training;
using Spectre.Console;
using static System.FormattableString;

namespace OrleansSeg.Cli.Bench;

/// <summary><c>bench robustness</c>: what a model loses when a channel of its input is missing, and with age.</summary>
internal static class RobustnessBench
{
    public static Command Create(VerbRunner runner)
    {
        var cutoff = InstantOption.Optional("--cutoff", "When the test begins; by default as late as the horizon allows.", recursive: false);
        var age = new Option<int>("--model-age") { Description = "Days by which the older model is older, 1 to 3,650.", DefaultValueFactory = _ => 365 };
        var horizon = TrainingOptions.Horizon();
        var command = new Command("robustness", "Measures one model on whole inputs and on inputs that lack a channel, and a model of a year before.") { cutoff, age, horizon };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var days = TimeSpan.FromDays(context.Parsed.GetValue(horizon));
            var older = TimeSpan.FromDays(BoundedNumber.Of("--model-age", context.Parsed.GetValue(age), 1, 3_650));
            await using var session = await context.OpenAsync(cancellationToken);
            var histories = await SiteHistories.ReadSomeAsync(session, context.Settings.Site, cancellationToken);

            var at = context.Parsed.GetValue(cutoff) ?? RollingPlan.LatestCutoffs(histories.Max(history => history.Events[^1].Timestamp), days, days, 1)[0];
            var plan = new TrainingPlan { Horizon = days, Seed = context.Settings.Seed };
            var report = await new RobustnessComparison(histories, new ModelTrainer(), plan, new RollingProgress(context.Output.Say)).RunAsync(at, older, cancellationToken);
            context.Output.Answer(new RobustnessBenchReport("robustness", report), screen => Write(screen, report));
            return ExitCodes.Done;
        });
    }

    private static void Write(IAnsiConsole screen, RobustnessReport report)
    {
        screen.WriteLine(Invariant($"{report.TestCustomers:N0} customers at {report.Cutoff.UtcDateTime:yyyy-MM-dd}, horizon {report.HorizonDays:0} days, seed {report.Seed}."));
        var table = new Table().Border(TableBorder.Rounded).AddColumns("input", "log loss", "difference", "churn AUROC", "macro-F1");
        foreach (var input in report.Inputs)
        {
            var difference = input.Difference is { } paired ? Invariant($"{paired.Mean:+0.0000;-0.0000} [{paired.Low:+0.0000;-0.0000}, {paired.High:+0.0000;-0.0000}]") : "";
            table.AddRow(Markup.Escape(input.Input), Invariant($"{input.LogLoss:F4}"), Markup.Escape(difference), Invariant($"{input.ChurnAuroc:F4}"), Invariant($"{input.MacroF1:F4}"));
        }

        screen.Write(table);
        if (report.Absent.Count > 0)
        {
            screen.WriteLine($"Not in these data: {string.Join(", ", report.Absent.Select(name => name.Replace("no ", "", StringComparison.Ordinal)))}.");
        }

        if (report.NoOlderModel is { } why)
        {
            screen.WriteLine($"No older model: {why}");
        }
    }
}

/// <summary>What <c>bench robustness</c> found.</summary>
/// <param name="Name"><c>robustness</c>.</param>
/// <param name="Comparison">The comparison.</param>
internal sealed record RobustnessBenchReport(string Name, RobustnessReport Comparison);
