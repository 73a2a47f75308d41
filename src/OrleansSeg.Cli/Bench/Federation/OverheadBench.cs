using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Cli.Rounds;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Customers;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Text.Vectors;
using OrleansSeg.Models;
using Spectre.Console;

namespace OrleansSeg.Cli.Bench.Federation;

/// <summary><c>bench federated-overhead</c>: the rounds of a run beside the same training in a loop with nothing around it.</summary>
/// <remarks>The run is a whole one: states written before they are announced, bundles published, trainers asked. Losses tell that both did the same work.</remarks>
internal static class OverheadBench
{
    private const string Federation = "bench-overhead";
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    public static Command Create(VerbRunner runner)
    {
        var trainers = new Option<int>("--trainers") { Description = "Trainers that share the site's customers, 1 to 16.", DefaultValueFactory = _ => 4 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds, 1 to 20.", DefaultValueFactory = _ => 3 };
        var command = new Command("federated-overhead", "Times the rounds of a run over a site's customers beside the same training in a bare loop.") { trainers, rounds };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            if (context.Settings.Connect)
            {
                throw new UsageException("bench measures a silo in its own process; leave --connect out.");
            }

            var plan = new FederatedPlan
            {
                Sites = [context.Settings.Site],
                TrainersPerSite = BoundedNumber.Of("--trainers", context.Parsed.GetValue(trainers), 1, 16),
                Rounds = BoundedNumber.Of("--rounds", context.Parsed.GetValue(rounds), 1, 20),
                ReportersMin = context.Parsed.GetValue(trainers),
                Seed = context.Settings.Seed,
                Cutoff = context.Settings.AsOf,
                Promote = false,
            };
            PlanCheck.Check(plan);
            await using var session = await context.OpenAsync(cancellationToken);
            var report = await CompareAsync(session, plan, context.Output.Say, cancellationToken);
            context.Output.Answer(report, screen => Write(screen, report));
            return report.SameLosses ? ExitCodes.Done : ExitCodes.Failed;
        });
    }

    private static async Task<OverheadReport> CompareAsync(ClusterSession session, FederatedPlan plan, Action<string> say, CancellationToken cancellationToken)
    {
        var store = (session.Silo ?? throw new VerbFailedException("A server runs on the data directory; bench needs it alone.")).Services.GetRequiredService<IModelStore>();
        var current = await session.Grains.GetGrain<IModelRegistryGrain>(plan.Sites[0]).GetCurrentAsync(cancellationToken);
        var run = await RunAsync(session.Grains.GetGrain<IFederatedCoordinatorGrain>(Federation), plan, say, cancellationToken);
        using var before = current is null ? null : SegmentModel.FromFiles(
            BundleFolder.Read(store.LocalFolder, current.Sha256), encoders: new SharedTextEncoders(store.LocalFolder));
        var shares = await ReadAsync(session.Grains, plan, run.Watermark, cancellationToken);
        var bare = await BareRounds.RunAsync(plan, before, shares, cancellationToken);
        var (machine, loop) = (run.Rounds.Sum(round => round.Took.TotalSeconds), bare.Took.TotalSeconds);
        return new OverheadReport(
            "federated-overhead", plan.Seed, plan.TrainersPerSite, plan.Rounds, Math.Round(machine, 1), Math.Round(loop, 1), machine / loop,
            run.Rounds.Select(round => round.Metrics["validationLogLossBefore"]).SequenceEqual(bare.LossesBefore));
    }

    private static async Task<RunStatus> RunAsync(IFederatedCoordinatorGrain coordinator, FederatedPlan plan, Action<string> say, CancellationToken cancellationToken)
    {
        var started = await coordinator.StartAsync(plan, cancellationToken);
        using var timer = new PeriodicTimer(WatchInterval);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var run = (await coordinator.GetStatusAsync(started.Run, cancellationToken))!;
            if (run.HasEnded())
            {
                say(string.Create(CultureInfo.InvariantCulture, $"Run {run.Run}: {run.Outcome}"));
                return run.Phase == RunPhase.Done ? run : throw new VerbFailedException($"The run did not end well: {run.Outcome}");
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>Every trainer's customers, by its id.</summary>
    private static async Task<Dictionary<string, List<CustomerHistory>>> ReadAsync(
        IGrainFactory grains, FederatedPlan plan, DateTimeOffset watermark, CancellationToken cancellationToken)
    {
        var site = plan.Sites[0];
        var layout = await grains.GetGrain<ISiteGrain>(site).GetLayoutAsync(cancellationToken);
        var shares = new Dictionary<string, List<CustomerHistory>>();
        foreach (var trainer in plan.Trainers)
        {
            var number = int.Parse(RunFacts.Split(trainer).Number, CultureInfo.InvariantCulture);
            var partitions = Enumerable.Range(0, layout.PartitionCount).Where(partition => partition % plan.TrainersPerSite == number);
            shares.Add(trainer, await grains.ReadTrainingHistoriesAsync(site, partitions, watermark, plan.Cutoff, cancellationToken).ToListAsync(cancellationToken));
        }

        return shares;
    }

    private static void Write(IAnsiConsole screen, OverheadReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("trainers", "rounds", "run", "bare loop", "ratio", "same losses");
        table.AddRow(new object[] { report.Trainers, report.Rounds, $"{report.RunSeconds} s", $"{report.BareSeconds} s", report.Ratio, report.SameLosses }
            .Select(cell => Markup.Escape(cell is double number ? number.ToString("F3", CultureInfo.InvariantCulture) : Convert.ToString(cell, CultureInfo.InvariantCulture)!)).ToArray());
        screen.Write(table);
    }
}

/// <summary>What the machinery of rounds costs.</summary>
/// <param name="Name"><c>federated-overhead</c>.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Trainers">Trainers that shared the customers.</param>
/// <param name="Rounds">Rounds of each.</param>
/// <param name="RunSeconds">Time of the run's rounds, from the first order to the last aggregated weights.</param>
/// <param name="BareSeconds">Time of labelling, training and aggregating in a loop, histories in memory.</param>
/// <param name="Ratio">The first over the second.</param>
/// <param name="SameLosses">Whether both found the same validation losses, to the bit.</param>
internal sealed record OverheadReport(string Name, int Seed, int Trainers, int Rounds, double RunSeconds, double BareSeconds, double Ratio, bool SameLosses);
