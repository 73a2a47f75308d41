using System.Collections.Immutable;

namespace OrleansSeg.Segments;

/// <summary>Why a customer is in a segment, as the model in service computes it.</summary>
/// <param name="Customer">The shop's id, unescaped.</param>
/// <param name="Segment">The segment explained.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="ModelVersion">The model asked.</param>
/// <param name="Method">How the contributions were computed, such as <c>integrated-gradients</c>.</param>
/// <param name="BaseValue">The segment's score for the average customer, in logits.</param>
/// <param name="Factors">Contributions, the largest in absolute value first.</param>
[GenerateSerializer, Immutable, Alias("seg.segment-explanation")]
public sealed record SegmentExplanation(
    [property: Id(0)] string Customer,
    [property: Id(1)] string Segment,
    [property: Id(2)] float Probability,
    [property: Id(3)] int ModelVersion,
    [property: Id(4)] string Method,
    [property: Id(5)] float BaseValue,
    [property: Id(6)] ImmutableArray<ExplanationFactor> Factors)
{
    /// <summary>The smallest changes of behaviour after which the model would say another segment; at most two for each of them.</summary>
    [Id(7)]
    public ImmutableArray<SegmentCounterfactual> Counterfactuals { get; init; } = [];

    /// <summary>The instant that is explained.</summary>
    [Id(8)]
    public DateTimeOffset AsOf { get; init; }
}

/// <summary>A change of behaviour after which the model would decide otherwise: what it would say, not what causes what.</summary>
/// <param name="Change">What would be done or not done, in words: <c>one order of 35.20 within 14 days</c>.</param>
/// <param name="Segment">What the model would then say.</param>
/// <param name="Probability">Its probability; over several days tried, the lowest.</param>
/// <param name="Kind"><c>silence</c>, <c>visit</c>, <c>response</c>, <c>order</c>, <c>largeOrder</c>, <c>twoOrders</c> or <c>threeOrders</c>.</param>
/// <param name="Days">At most so many days after <see cref="SegmentExplanation.AsOf"/>; of silence, its length.</param>
[GenerateSerializer, Immutable, Alias("seg.segment-counterfactual")]
public sealed record SegmentCounterfactual(
    [property: Id(0)] string Change, [property: Id(1)] string Segment, [property: Id(2)] float Probability, [property: Id(3)] string Kind, [property: Id(4)] int Days);

/// <summary>One feature's or event's part in a decision.</summary>
/// <param name="Name">The feature or event, in words a marketer reads.</param>
/// <param name="Value">Its value for this customer.</param>
/// <param name="Contribution">What it adds to the segment's score, in logits; negative speaks against.</param>
[GenerateSerializer, Immutable, Alias("seg.explanation-factor")]
public sealed record ExplanationFactor(
    [property: Id(0)] string Name, [property: Id(1)] string Value, [property: Id(2)] float Contribution)
{
    /// <summary>What factors of one sort have in common over customers: a feature's own name, and for an event its kind.</summary>
    [Id(3)]
    public string Group { get; init; } = Name;
}
