using System.Collections.Immutable;
using OrleansSeg.Model.Inference;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>The models in service as a run finds them, to begin from.</summary>
/// <param name="BySite">Every site's model, or nothing where they have no start in common.</param>
public sealed record StartingModels(ImmutableSortedDictionary<string, SegmentModel> BySite)
{
    /// <summary>Training begins anew.</summary>
    public static StartingModels None { get; } = new(ImmutableSortedDictionary<string, SegmentModel>.Empty);

    /// <summary>The model that weights are copied from; null where training begins anew.</summary>
    public SegmentModel? Before => BySite.Count == 0 ? null : BySite.Values.First();

    /// <summary>What a run of some sites can begin from: models that differ in their heads at most.</summary>
    /// <param name="sites">The run's sites.</param>
    /// <param name="models">Models in service, by site. Not disposed here.</param>
    public static StartingModels Of(IReadOnlyCollection<string> sites, IReadOnlyDictionary<string, SegmentModel> models)
    {
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(models);
        return sites.Count > 0 && sites.All(models.ContainsKey) && sites.All(site => ShareBase(models[sites.First()], models[site]))
            ? new StartingModels(sites.ToImmutableSortedDictionary(site => site, site => models[site], StringComparer.Ordinal))
            : None;
    }

    /// <summary>(Q) each site's own weights to begin with; none where the scope has none.</summary>
    /// <param name="start">The base of the run.</param>
    /// <param name="sites">The run's sites.</param>
    /// <param name="scope">Which weights are a site's own.</param>
    public ImmutableSortedDictionary<string, float[]> SiteWeights(SegmentModel start, IEnumerable<string> sites, SharedScope scope)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(scope);
        var own = scope.SiteOf(WeightLayout.Of(start.Network));
        return own.Length == 0
            ? ImmutableSortedDictionary<string, float[]>.Empty
            : sites.ToImmutableSortedDictionary(site => site, site => own.Read(GlobalModel.WeightsOf(Continued(site, start) ?? start)), StringComparer.Ordinal);
    }

    /// <summary>The site's model, where all its weights still mean what they meant.</summary>
    private SegmentModel? Continued(string site, SegmentModel start) =>
        BySite.GetValueOrDefault(site) is { } model
        && model.Scheme.Labels.SequenceEqual(start.Scheme.Labels)
        && SameShapes(WeightLayout.Of(model.Network).Entries, WeightLayout.Of(start.Network).Entries)
            ? model
            : null;

    private static bool ShareBase(SegmentModel one, SegmentModel other)
    {
        if (ReferenceEquals(one, other))
        {
            return true;
        }

        var shared = SharedScope.HeadsAtSite.SharedOf(WeightLayout.Of(one.Network));
        return SameShapes(shared.Entries, SharedScope.HeadsAtSite.SharedOf(WeightLayout.Of(other.Network)).Entries)
            && GlobalModel.SharedWeightsOf(one, SharedScope.HeadsAtSite).AsSpan().SequenceEqual(GlobalModel.SharedWeightsOf(other, SharedScope.HeadsAtSite));
    }

    private static bool SameShapes(ImmutableArray<WeightEntry> some, ImmutableArray<WeightEntry> others) =>
        some.Length == others.Length && some.Zip(others).All(pair => pair.First.Name == pair.Second.Name && pair.First.Shape.SequenceEqual(pair.Second.Shape));
}
