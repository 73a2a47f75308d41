using System.Collections.Immutable;
using OrleansSeg.Models;

namespace OrleansSeg.Federation.Runs;

/// <summary>Asks the sites' registries what a run begins with, and who was erased since.</summary>
internal sealed class RunBeginnings(IGrainFactory grains)
{
    /// <summary>What a run finds. To be asked before anything of customers is read: who is erased later may have been.</summary>
    /// <exception cref="ArgumentException">A site is served in another scheme than runs train.</exception>
    public async Task<RunBeginning> OfAsync(RunState run, CancellationToken cancellationToken)
    {
        var plan = run.Plan;
        var (logs, found) = (new Dictionary<string, ErasureLog>(StringComparer.Ordinal), new SortedDictionary<string, SiteVersions>(StringComparer.Ordinal));
        var silent = ImmutableArray.CreateBuilder<string>();
        foreach (var site in plan.Sites)
        {
            if ((await TryReadAsync(site, after: 0)).Log is not { } log)
            {
                silent.Add(site);
                continue;
            }

            logs[site] = log;
            var registry = grains.GetGrain<IModelRegistryGrain>(site);
            var models = await registry.ListAsync(cancellationToken);
            if (models.FirstOrDefault(model => model.InService) is { } current)
            {
                RefuseOther(site, current);
                found[site] = plan.Forgetting == FederatedPlan.Restart
                    ? SiteVersions.Clean(current, models, await registry.GetTaintsAsync(cancellationToken))
                    : new SiteVersions(current, current, null);
            }
        }

        // One site without a clean version is enough: weights of another would bring in what it is to forget.
        var starts = found.Values.All(versions => versions.Start is not null) ? found.ToDictionary(site => site.Key, site => site.Value.Start!) : [];
        var erasures = plan.Sites.ToImmutableSortedDictionary(site => site, site => logs.GetValueOrDefault(site)?.Number ?? 0, StringComparer.Ordinal);
        return new RunBeginning
        {
            Champions = found.ToImmutableSortedDictionary(site => site.Key, site => site.Value.Current.Sha256, StringComparer.Ordinal),
            Versions = starts.ToImmutableSortedDictionary(site => site.Key, site => new BegunFrom(site.Value.Version, site.Value.Sha256), StringComparer.Ordinal),
            Erasures = erasures,
            Silent = silent.ToImmutable(),
            Inherited = ModelReadings.Inherited(
                starts.SelectMany(site => ModelReadings.Of(site.Value, site.Key)), RunBeginning.ReadingsOf(plan, run.Watermark, erasures), logs),
            Because = string.Join("; ", found.Where(site => site.Value.Taint is not null).Select(site => Tell(site.Key, site.Value))) is { Length: > 0 } because ? $"{because}." : null,
        };
    }

    /// <summary>By site: erasures so far. What does not answer has none to tell: its trainers read nothing either.</summary>
    /// <param name="run">A run; of a site that does not answer it keeps what it knows.</param>
    /// <param name="cancellationToken">Stops between two sites.</param>
    public async Task<ImmutableSortedDictionary<string, long>> ErasedAsync(RunState run, CancellationToken cancellationToken)
    {
        var logs = await Task.WhenAll(run.Plan.Sites.Select(site => TryReadAsync(site, long.MaxValue)));
        cancellationToken.ThrowIfCancellationRequested();
        return run.Erased.SetItems(logs.Where(site => site.Log is not null).Select(site => KeyValuePair.Create(site.Site, site.Log!.Number)));
    }

    /// <summary>Why a run begins anew: customers were erased whom it may have read. Null for nobody.</summary>
    public async Task<string?> RestartAsync(RunState run, CancellationToken cancellationToken)
    {
        if (run is not { Plan.Forgetting: FederatedPlan.Restart, Beginning: { } beginning, HasEnded: false, Versions.IsEmpty: true })
        {
            return null;
        }

        var readings = RunBeginning.ReadingsOf(run.Plan, run.Watermark, beginning.Erasures);
        var logs = await Task.WhenAll(readings.Select(reading => TryReadAsync(reading.Site, reading.Erasures)));
        cancellationToken.ThrowIfCancellationRequested();
        var erased = logs.Zip(readings, (log, reading) => (log.Site, Count: log.Log?.CoveredBy([reading]).Sum(entry => entry.Count) ?? 0)).Where(site => site.Count > 0).ToList();
        return erased.Count == 0
            ? null
            : $"Erased since the run had begun to read them: {string.Join(", ", erased.Select(site => $"{Customers(site.Count)} of {site.Site}"))}.";
    }

    /// <summary>A run would compare its log loss with that of other labels, and put the site into another scheme unasked.</summary>
    private static void RefuseOther(string site, ModelReference current)
    {
        if (current.Scheme is { } scheme)
        {
            throw new ArgumentException(
                $"Site '{site}' is served by version {current.Version} of the scheme '{scheme}'; federated runs train the predictive scheme alone. Put a predictive version in service there, or leave the site out.");
        }
    }

    private static string Tell(string site, SiteVersions versions) => string.Create(
        null, $"version {versions.Current.Version} of {site}, in service, ")
        + (versions.Taint!.Erasures > 0 ? $"may have learned from {Customers(versions.Taint.Erasures)} erased since" : $"was also trained on {string.Join(", ", versions.Taint.SilentSites)}, where nobody answers");

    private static string Customers(long count) => FormattableString.Invariant($"{count:N0} {(count == 1 ? "customer" : "customers")}");

    private async Task<(string Site, ErasureLog? Log)> TryReadAsync(string site, long after)
    {
        try
        {
            return (site, await grains.GetGrain<IErasureLogGrain>(site).ReadAsync(after));
        }
        catch (Exception)
        {
            // Nobody is there: the next step asks again, and whoever registers the model is told by the registry.
            return (site, null);
        }
    }

    /// <summary>A site's version in service, and the one to go on from.</summary>
    /// <param name="Current">In service.</param>
    /// <param name="Start">To go on from; null for none.</param>
    /// <param name="Taint">Why not from the one in service; null where it is.</param>
    private sealed record SiteVersions(ModelReference Current, ModelReference? Start, VersionTaint? Taint)
    {
        /// <summary>The newest that cannot know who was erased, of the one in service and those that it came from.</summary>
        public static SiteVersions Clean(ModelReference current, ImmutableArray<ModelReference> models, ImmutableArray<VersionTaint> taints)
        {
            var dirty = taints.Where(taint => !taint.IsClean).ToDictionary(taint => taint.Version);
            ModelReference? start = current;
            while (start is not null && dirty.ContainsKey(start.Version))
            {
                start = start.Parent is { } parent ? models.FirstOrDefault(model => model.Sha256 == parent) : null;
            }

            return new SiteVersions(current, start, dirty.GetValueOrDefault(current.Version));
        }
    }
}
