using System.Collections.Immutable;

namespace OrleansSeg.Federation.Runs;

/// <summary>Bundles that a trainer has made, or is about to: listed before they are written, so that one of which nobody hears can be removed all the same.</summary>
/// <remarks>
/// Results of a round, or of a pass over the data, are needed until it is closed. Who is asked for another one knows that it is, so what the trainer
/// made in earlier ones may go, whether the coordinator has heard of it, and removes it too, or not.
/// </remarks>
[GenerateSerializer, Immutable, Alias("seg.published-bundles")]
internal sealed record PublishedBundles
{
    /// <summary>The bundles, in the order they were made.</summary>
    [Id(0)]
    public ImmutableArray<PublishedBundle> Bundles { get; init; } = [];

    /// <summary>The list with one more, and without those that are removed.</summary>
    public PublishedBundles With(PublishedBundle bundle, IEnumerable<PublishedBundle> removed) => new() { Bundles = [.. Bundles.Except(removed).Append(bundle).Distinct()] };
}

/// <summary>A bundle that a trainer made.</summary>
/// <param name="Step">What for.</param>
/// <param name="Hash">SHA-256 of the bundle.</param>
[GenerateSerializer, Immutable, Alias("seg.published-bundle")]
internal sealed record PublishedBundle([property: Id(0)] StepKey Step, [property: Id(1)] string Hash)
{
    /// <summary>Whether it is of the same round, or pass over the data, as a step.</summary>
    public bool IsOfRound(StepKey step) => (Step.Run, Step.Attempt, Step.Phase, Step.Round) == (step.Run, step.Attempt, step.Phase, step.Round);
}
