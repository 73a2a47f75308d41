using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Cli.Training;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Inference.Sanity;
using OrleansSeg.Model.Text.Vectors;
using OrleansSeg.Model.Training;
using OrleansSeg.Models;
using Spectre.Console;
using static System.FormattableString;

namespace OrleansSeg.Cli.Bench;

/// <summary><c>bench explain</c>: how far the explanations of the model in service may be trusted, and what they cost.</summary>
internal static class ExplainBench
{
    public static Command Create(VerbRunner runner)
    {
        var customers = new Option<int>("--customers") { Description = "Customers to explain, drawn by --seed, 1 to 10,000.", DefaultValueFactory = _ => 300 };
        var command = new Command("explain", "Checks the explanations of the model in service: do they add up, do they follow the weights, do they find what decides.") { customers };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var count = BoundedNumber.Of("--customers", context.Parsed.GetValue(customers), 1, 10_000);
            await using var session = await context.OpenAsync(cancellationToken);
            using var model = await LoadAsync(session, cancellationToken);
            var inputs = await ReadAsync(session, context.Settings, count, cancellationToken);
            var report = await Task.Run(() => Measure(model, inputs, context.Settings.Seed, cancellationToken), cancellationToken);
            context.Output.Answer(report, screen => Write(screen, report));
            return ExitCodes.Done;
        });
    }

    private static async Task<SegmentModel> LoadAsync(ClusterSession session, CancellationToken cancellationToken)
    {
        var silo = session.Silo ?? throw new VerbFailedException("A server runs on the data directory, or --connect was given; bench needs it alone.");
        var current = await session.Grains.GetGrain<IModelRegistryGrain>(session.Client.Site).GetCurrentAsync(cancellationToken)
            ?? throw new VerbFailedException($"Site '{session.Client.Site}' has no model in service; train one first.");
        var store = silo.Services.GetRequiredService<IModelStore>();
        await store.FetchAsync(current.Sha256, cancellationToken);
        return SegmentModel.FromFiles(BundleFolder.Read(store.LocalFolder, current.Sha256), encoders: new SharedTextEncoders(store.LocalFolder));
    }

    /// <summary>What the model sees of customers who may be read for training, as of the instant asked about.</summary>
    private static async Task<List<CustomerInput>> ReadAsync(ClusterSession session, CommonSettings settings, int count, CancellationToken cancellationToken)
    {
        var histories = await SiteHistories.ReadAsync(session, settings.Site, cancellationToken);
        if (histories.Count == 0)
        {
            throw new UsageException($"Site '{settings.Site}' has no customers.");
        }

        var asOf = settings.AsOf ?? histories.Max(history => history.Events[^1].Timestamp);
        var drawn = histories.OrderBy(history => history.CustomerId, StringComparer.Ordinal).ToArray();
        new Random(settings.Seed).Shuffle(drawn);
        return [.. drawn.SelectMany(history => AsOfExamples.Of(history, [asOf], TimeSpan.FromDays(1))).Take(count).Select(example => example.Input)];
    }

    private static ExplainBenchReport Measure(SegmentModel model, List<CustomerInput> inputs, int seed, CancellationToken cancellationToken)
    {
        var check = new SanityChecks(model, seed).Run(inputs, cancellationToken);
        var began = TimeProvider.System.GetTimestamp();
        foreach (var input in inputs.Take(50))
        {
            model.Explain(input);
        }

        return new ExplainBenchReport("explain", check, TimeProvider.System.GetElapsedTime(began).TotalMilliseconds / Math.Min(50, inputs.Count));
    }

    private static void Write(IAnsiConsole screen, ExplainBenchReport report)
    {
        var (check, deletion) = (report.Check, report.Check.Deletion);
        screen.WriteLine(Invariant($"{check.Customers:N0} customers, {report.MillisecondsEach:F1} ms each."));
        screen.WriteLine(Invariant($"Contributions add up to the score less its base within {check.CompletenessErrorMax:G2} logits."));
        screen.WriteLine(Invariant($"With random weights in the network's place ({check.RandomWeights.Draws} draws) contributions correlate {check.RandomWeights.Signed:0.00} with the trained one's by rank, their sizes {check.RandomWeights.Sizes:0.00}; 1 would mean that weights do not matter."));
        var table = new Table().Border(TableBorder.Rounded).AddColumns("factors removed", "most telling first", "in any order");
        foreach (var (share, telling, chance) in deletion.Shares.Zip(deletion.ByContribution, deletion.ByChance))
        {
            table.AddRow(Invariant($"{share:P0}"), Invariant($"{telling:0.000}"), Invariant($"{chance:0.000}"));
        }

        screen.Write(table);
        screen.WriteLine(Invariant(
            $"Probability of the decided segment. Area {deletion.AreaByContribution:0.000} against {deletion.AreaByChance:0.000}: {deletion.Difference.Mean:+0.000;-0.000}, 95 % interval {deletion.Difference.Low:+0.000;-0.000} to {deletion.Difference.High:+0.000;-0.000}."));
    }
}

/// <summary>What <c>bench explain</c> found.</summary>
/// <param name="Name"><c>explain</c>.</param>
/// <param name="Check">The checks.</param>
/// <param name="MillisecondsEach">One explanation without counterfactuals, in milliseconds.</param>
internal sealed record ExplainBenchReport(string Name, ExplanationCheck Check, double MillisecondsEach);
