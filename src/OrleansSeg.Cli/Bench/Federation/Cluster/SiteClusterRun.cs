using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using OrleansSeg.Cli.Bench.Chaos.Stores;
using OrleansSeg.Customers;
using OrleansSeg.Federation;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Models;
using static System.FormattableString;

namespace OrleansSeg.Cli.Bench.Federation.Cluster;

/// <summary>What a run on a cluster is made of.</summary>
/// <param name="Store">The store's name in a silo-config file.</param>
/// <param name="Plan">What is trained; its sites are the cluster's.</param>
/// <param name="Seed">Who is killed, and when.</param>
/// <param name="Folder">Where servers and silos keep their data.</param>
internal sealed record SiteClusterSettings(string Store, FederatedPlan Plan, int Seed, string Folder)
{
    /// <summary>Longest time of a run.</summary>
    public TimeSpan RunMax { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Most of a round's usual time that goes by before a silo of it is killed.</summary>
    public double KillShareMax { get; init; } = 0.8;
}

/// <summary>
/// A run undisturbed, then the same on a schedule with one silo killed in each round, chosen at random, while storefronts look customers up;
/// the model of the second goes into service.
/// </summary>
internal sealed class SiteClusterRun(SiteClusterSettings settings, Action<string> say)
{
    private const string Undisturbed = "undisturbed";
    private const string Scheduled = "scheduled";
    private const string EveryMinute = "* * * * *";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly Random _random = new(settings.Seed);
    private readonly List<string> _kills = [];
    private readonly List<string> _problems = [];

    /// <summary>Runs all of it.</summary>
    /// <param name="customers">Each site's customers.</param>
    /// <param name="cancellationToken">Ends the run without a result.</param>
    /// <exception cref="InvalidOperationException">It could not go on; the message says why.</exception>
    public async Task<SiteClusterReport> RunAsync(IReadOnlyDictionary<string, IReadOnlyList<CustomerImport>> customers, CancellationToken cancellationToken)
    {
        var sites = settings.Plan.Sites;
        await using var cluster = new SiteCluster(StoreServers.Create(settings.Store, Path.Combine(settings.Folder, "server")), settings.Folder, sites);
        await cluster.StartAsync(cancellationToken);
        var importing = Stopwatch.StartNew();
        foreach (var site in sites)
        {
            await cluster.ImportAsync(site, customers[site], cancellationToken);
        }

        say(Invariant($"{customers.Values.Sum(site => site.Count):N0} customers imported in {importing.Elapsed.TotalSeconds:F0} s"));
        var coordinator = cluster.Grains.GetGrain<IFederatedCoordinatorGrain>(Undisturbed);
        await coordinator.StartAsync(settings.Plan with { Promote = false }, cancellationToken);
        var calm = await FollowAsync(Undisturbed, coordinator, (_, _) => Task.CompletedTask, cancellationToken);

        // Nothing was recorded since, so the second run reads what the first one read.
        await using var lookups = new SiteLookups(cluster.Grains, sites.ToDictionary(site => site, site => (IReadOnlyList<string>)[.. customers[site].Select(customer => customer.CustomerId)]));
        lookups.Start();
        var usual = TimeSpan.FromTicks(calm.Rounds.Sum(round => round.Took.Ticks) / calm.Rounds.Length);
        var broken = await RunScheduledAsync(cluster, usual, cancellationToken);
        var swap = await ServeAsync(lookups, broken, cancellationToken);
        await lookups.StopAsync();
        var same = true;
        foreach (var site in sites)
        {
            same &= await WeightsAsync(cluster, calm, site) == await WeightsAsync(cluster, broken, site);
        }

        return Report(same, customers, calm, broken, lookups, swap);
    }

    private async Task<RunStatus> RunScheduledAsync(SiteCluster cluster, TimeSpan usual, CancellationToken cancellationToken)
    {
        var coordinator = cluster.Grains.GetGrain<IFederatedCoordinatorGrain>(Scheduled);
        await coordinator.SetScheduleAsync(new FederationSchedule(EveryMinute, "UTC", settings.Plan), cancellationToken);
        say("a run is scheduled for every minute");
        var clock = Stopwatch.StartNew();
        while (await AskAsync(coordinator, cancellationToken) is null)
        {
            Check(clock.Elapsed, "No run started by its schedule");
            await Task.Delay(Pause, cancellationToken);
        }

        say(Invariant($"it started by itself after {clock.Elapsed.TotalSeconds:F0} s"));
        await coordinator.SetScheduleAsync(null, cancellationToken);
        return await FollowAsync(Scheduled, coordinator, async (round, stop) =>
        {
            await Task.Delay(usual * (settings.KillShareMax * _random.NextDouble()), stop);
            var site = settings.Plan.Sites[_random.Next(settings.Plan.Sites.Length)];
            _kills.Add(Invariant($"{site} in round {round}"));
            say(Invariant($"SIGKILL to the silo of {_kills[^1]}"));
            await cluster.ReplaceAsync(site);
        }, cancellationToken);
    }

    private async Task<RunStatus> FollowAsync(
        string name, IFederatedCoordinatorGrain coordinator, Func<int, CancellationToken, Task> meetRound, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var met = 0;
        while (true)
        {
            Check(clock.Elapsed, $"Run '{name}' was not over");
            await Task.Delay(Pause, cancellationToken);
            if (await AskAsync(coordinator, cancellationToken) is not { } status)
            {
                continue;
            }

            if (status.EndedAt is not null)
            {
                say(Invariant($"{name}: {status.Phase} after {clock.Elapsed.TotalSeconds:F1} s. {status.Outcome}"));
                return status.Phase == RunPhase.Done ? status : throw new InvalidOperationException($"Run '{name}' ended as {status.Phase}: {status.Outcome}");
            }

            if (status.Phase == RunPhase.Training && status.Round > met)
            {
                met = status.Round;
                await meetRound(met, cancellationToken);
            }
        }
    }

    /// <summary>Waits until every site's customers are answered by the new version; null where the gate kept it back.</summary>
    private async Task<double?> ServeAsync(SiteLookups lookups, RunStatus run, CancellationToken cancellationToken)
    {
        if (!run.Outcome!.StartsWith("Promoted", StringComparison.Ordinal))
        {
            _problems.Add($"The model did not go into service: {run.Outcome}");
            return null;
        }

        var clock = Stopwatch.StartNew();
        while (!run.Versions.All(version => lookups.IsServed(version.Key, version.Value)))
        {
            Check(clock.Elapsed, "The new version was not served everywhere");
            await Task.Delay(Pause, cancellationToken);
        }

        say(Invariant($"every site answers by its new version after {clock.Elapsed.TotalSeconds:F1} s"));
        return Math.Round(clock.Elapsed.TotalSeconds, 1);
    }

    private SiteClusterReport Report(
        bool same, IReadOnlyDictionary<string, IReadOnlyList<CustomerImport>> customers, RunStatus calm, RunStatus broken, SiteLookups lookups, double? swap)
    {
        if (!same)
        {
            _problems.Add("The weights of the two runs differ.");
        }

        _problems.AddRange(lookups.Problems);
        return new SiteClusterReport(
            "federated-cluster", settings.Store, settings.Seed, customers.ToImmutableSortedDictionary(site => site.Key, site => site.Value.Count, StringComparer.Ordinal),
            customers.Values.Sum(site => site.Sum(customer => (long)customer.Events.Length)), settings.Plan.Rounds, [.. _kills],
            Seconds(calm), Seconds(broken), same, broken.Outcome!, swap,
            broken.Rounds.Sum(round => round.Bytes) / broken.Rounds.Length, lookups.Asked, lookups.Repeated, lookups.Failed, lookups.WorstMs, [.. _problems]);
    }

    private static async Task<string> WeightsAsync(SiteCluster cluster, RunStatus run, string site)
    {
        var models = await cluster.Grains.GetGrain<IModelRegistryGrain>(site).ListAsync(default);
        var files = BundleFolder.Read(cluster.ModelFolder, models.Single(model => model.Version == run.Versions[site]).Sha256);
        return Convert.ToHexStringLower(SHA256.HashData(files["model.safetensors"]));
    }

    private static async Task<RunStatus?> AskAsync(IFederatedCoordinatorGrain coordinator, CancellationToken cancellationToken)
    {
        try
        {
            return await coordinator.GetStatusAsync(null, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException && !cancellationToken.IsCancellationRequested)
        {
            // The silo that held the coordinator is dead, and the others do not know it yet.
            return null;
        }
    }

    private void Check(TimeSpan elapsed, string what)
    {
        if (elapsed > settings.RunMax)
        {
            throw new InvalidOperationException($"{what} after {settings.RunMax}.");
        }
    }

    private static double Seconds(RunStatus run) => Math.Round((run.EndedAt!.Value - run.StartedAt).TotalSeconds, 1);
}

/// <summary>What came of it.</summary>
/// <param name="Name">The benchmark.</param>
/// <param name="Store">The store of the cluster.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Customers">Customers by site.</param>
/// <param name="Events">Their events.</param>
/// <param name="Rounds">Rounds of each run.</param>
/// <param name="Kills">Which silo was killed in which round.</param>
/// <param name="UndisturbedSeconds">From start to end, nobody killed.</param>
/// <param name="BrokenSeconds">The same, one killed in each round.</param>
/// <param name="SameWeights">Whether both runs' models have bitwise the same weights at every site.</param>
/// <param name="Outcome">The gate's words.</param>
/// <param name="ServedSeconds">From the run's end until every site answered by its new version; null when it did not go into service.</param>
/// <param name="BytesPerRound">Bytes of a round's updates, mean.</param>
/// <param name="Lookups">Look-ups asked while the second run went on and its model came into service.</param>
/// <param name="Repeated">Attempts that failed while a silo was dead, and were repeated.</param>
/// <param name="LookupFailures">Look-ups that were not answered within 30 s.</param>
/// <param name="WorstMs">The slowest look-up, attempts included.</param>
/// <param name="Problems">What was not as it must be.</param>
internal sealed record SiteClusterReport(
    string Name, string Store, int Seed, IReadOnlyDictionary<string, int> Customers, long Events, int Rounds, ImmutableArray<string> Kills,
    double UndisturbedSeconds, double BrokenSeconds, bool SameWeights, string Outcome, double? ServedSeconds,
    long BytesPerRound, long Lookups, long Repeated, long LookupFailures, long WorstMs, ImmutableArray<string> Problems);
