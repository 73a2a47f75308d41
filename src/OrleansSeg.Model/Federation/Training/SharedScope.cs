using System.Collections.Immutable;
using OrleansSeg.Model.Sequences;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>Which weights a run averages over its sites, which each site trains for itself, and which nobody touches; by beginnings of their names within a member.</summary>
/// <param name="AtSite">Beginnings of names that every site trains and keeps for itself.</param>
/// <param name="Trained">Of the others, those that are trained and travel; empty for all.</param>
/// <remarks>Only what travels is in the vectors of a round: a run over a few weights sends a few.</remarks>
public sealed record SharedScope(ImmutableArray<string> AtSite, ImmutableArray<string> Trained)
{
    private static readonly ImmutableArray<string> Heads = ["segment.", "churn.", "spend."];

    /// <summary>Every weight is trained and travels.</summary>
    public static SharedScope Everything { get; } = new([], []);

    /// <summary>Each site has its own heads on a shared base.</summary>
    public static SharedScope HeadsAtSite { get; } = new(Heads, []);

    /// <summary>Only the layers that mix the customer's parts and the heads are trained; the sequence encoder stays as it is.</summary>
    public static SharedScope FusionOnly { get; } = new([], ["attribute.", "fuse.", "mix.", .. Heads]);

    /// <summary>Only the heads are trained: the smallest updates.</summary>
    public static SharedScope HeadsOnly { get; } = new([], Heads);

    /// <summary>Scopes by the names that plans give them, in ordinal order.</summary>
    public static ImmutableSortedDictionary<string, SharedScope> ByName { get; } = ImmutableSortedDictionary.CreateRange(
        StringComparer.Ordinal,
        [
            KeyValuePair.Create("everything", Everything), KeyValuePair.Create("fusion", FusionOnly),
            KeyValuePair.Create("heads", HeadsOnly), KeyValuePair.Create("site-heads", HeadsAtSite),
        ]);

    /// <summary>The weights that travel.</summary>
    public WeightSubset SharedOf(WeightLayout layout) => WeightSubset.Of(layout, name => !IsAtSite(name) && IsTrained(name));

    /// <summary>The weights that a site keeps.</summary>
    public WeightSubset SiteOf(WeightLayout layout) => WeightSubset.Of(layout, IsAtSite);

    private bool IsAtSite(string name) => AtSite.Any(begin => SegmentNetwork.PartOf(name).StartsWith(begin, StringComparison.Ordinal));

    private bool IsTrained(string name) => Trained.IsEmpty || Trained.Any(begin => SegmentNetwork.PartOf(name).StartsWith(begin, StringComparison.Ordinal));
}
