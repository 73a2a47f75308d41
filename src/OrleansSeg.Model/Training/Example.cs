using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;

namespace OrleansSeg.Model.Training;

/// <summary>One customer at one cutoff, with what happened after it.</summary>
/// <param name="CustomerId">Whose it is: for grouping and for the hash hold-out, never a feature.</param>
/// <param name="Input">Features as of the cutoff.</param>
/// <param name="Label">Index into the scheme's labels; <see cref="None"/> where the shop gave the customer none.</param>
/// <param name="HasPurchased">Whether the history holds a purchase: churn is asked of these alone.</param>
/// <param name="BuysAgain">Whether a purchase falls into the horizon.</param>
/// <param name="FutureSpend">Gross spend in the horizon, in the site's currency.</param>
public sealed record Example(string CustomerId, CustomerInput Input, int Label, bool HasPurchased, bool BuysAgain, float FutureSpend)
{
    /// <summary>The label of an example that tells of churn and spend alone.</summary>
    public const int None = -1;
}

/// <summary>Examples of one scheme.</summary>
/// <param name="Scheme">The scheme whose labels index <see cref="Example.Label"/>.</param>
/// <param name="Examples">The examples.</param>
public sealed record ExampleSet(SegmentScheme Scheme, IReadOnlyList<Example> Examples)
{
    /// <summary>Those of the examples that have a label; this set itself where all do.</summary>
    public ExampleSet Labelled() => Examples.Any(example => example.Label < 0) ? this with { Examples = [.. Examples.Where(example => example.Label >= 0)] } : this;
}
