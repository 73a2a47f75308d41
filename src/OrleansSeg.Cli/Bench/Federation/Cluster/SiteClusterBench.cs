using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using OrleansSeg.Cli.Bench.Chaos.Stores;
using OrleansSeg.Cli.Training;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Customers;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Federation.Training;
using Spectre.Console;

namespace OrleansSeg.Cli.Bench.Federation.Cluster;

/// <summary><c>bench federated-cluster</c>: a scheduled run over a process for each site, one of them killed in every round, whose model goes into service.</summary>
internal static class SiteClusterBench
{
    private static readonly TimeSpan RoundMax = TimeSpan.FromMinutes(5);

    public static Command Create(VerbRunner runner)
    {
        var sites = new Option<int>("--sites") { Description = "Sites to split into, 2 to 8; each is a process.", DefaultValueFactory = _ => 4 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds, 1 to 20.", DefaultValueFactory = _ => 3 };
        var store = new Option<string>("--store") { Description = "The store of the cluster.", DefaultValueFactory = _ => "redis" };
        store.AcceptOnlyFromAmong([.. StoreServers.Names.Where(name => name != "sqlite")]);
        var command = new Command("federated-cluster", "Splits one shop's customers over a silo process for each site, kills one in every round of a scheduled run, and looks customers up all the while.")
        {
            sites, rounds, store,
        };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var parsed = context.Parsed;
            var name = parsed.GetValue(store)!;
            if (StoreServers.MissingFor(name) is { } missing)
            {
                throw new VerbFailedException($"bench federated-cluster --store {name} {missing}.");
            }

            var customers = await SplitAsync(context, BoundedNumber.Of("--sites", parsed.GetValue(sites), 2, 8), cancellationToken);
            var plan = new FederatedPlan
            {
                Sites = [.. customers.Keys.Order(StringComparer.Ordinal)],
                Rounds = BoundedNumber.Of("--rounds", parsed.GetValue(rounds), 1, 20),
                Seed = context.Settings.Seed,
                ReportersMin = customers.Count,
                Cutoff = context.Settings.AsOf,
                DeadlineMax = RoundMax,
            };
            PlanCheck.Check(plan);
            using var folder = BenchFolder.Create(context.Settings);
            var report = await RunAsync(new SiteClusterSettings(name, plan, context.Settings.Seed, folder.FullPath), customers, context, cancellationToken);
            context.Output.Answer(report, screen => Write(screen, report));
            return report.Problems.IsEmpty ? ExitCodes.Done : ExitCodes.Failed;
        });
    }

    private static async Task<SiteClusterReport> RunAsync(
        SiteClusterSettings settings, IReadOnlyDictionary<string, IReadOnlyList<CustomerImport>> customers, VerbContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await new SiteClusterRun(settings, context.Output.Say).RunAsync(customers, cancellationToken);
        }
        catch (InvalidOperationException exception)
        {
            throw new VerbFailedException(exception.Message);
        }
    }

    private static async Task<Dictionary<string, IReadOnlyList<CustomerImport>>> SplitAsync(VerbContext context, int sites, CancellationToken cancellationToken)
    {
        await using var session = await context.OpenAsync(cancellationToken);
        var split = SiteSplit.Even(sites, context.Settings.Seed);
        return (await SiteHistories.ReadAsync(session, context.Settings.Site, cancellationToken))
            .GroupBy(split.SiteOf)
            .ToDictionary(site => string.Create(CultureInfo.InvariantCulture, $"site-{site.Key + 1}"), site => (IReadOnlyList<CustomerImport>)[.. site.Select(Import)]);
    }

    private static CustomerImport Import(CustomerHistory history) =>
        new(history.CustomerId, [.. history.Events], history.Attributes.ToImmutableDictionary(StringComparer.Ordinal));

    private static void Write(IAnsiConsole screen, SiteClusterReport report)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("customers", "killed", "undisturbed", "broken", "same weights", "served after", "KB a round", "look-ups", "repeated", "failed", "slowest");
        table.AddRow(new object?[]
        {
            report.Customers.Values.Sum(), string.Join(", ", report.Kills), $"{report.UndisturbedSeconds} s", $"{report.BrokenSeconds} s", report.SameWeights,
            report.ServedSeconds is { } served ? $"{served} s" : "never", report.BytesPerRound / 1000, report.Lookups, report.Repeated, report.LookupFailures, $"{report.WorstMs} ms",
        }.Select(cell => Markup.Escape(Convert.ToString(cell, CultureInfo.InvariantCulture)!)).ToArray());
        screen.Write(table);
        screen.WriteLine(report.Outcome);
    }
}
