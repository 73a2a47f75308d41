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
    [property: Id(6)] ImmutableArray<ExplanationFactor> Factors);

/// <summary>One feature's or event's part in a decision.</summary>
/// <param name="Name">The feature or event, in words a marketer reads.</param>
/// <param name="Value">Its value for this customer.</param>
/// <param name="Contribution">What it adds to the segment's score, in logits; negative speaks against.</param>
[GenerateSerializer, Immutable, Alias("seg.explanation-factor")]
public sealed record ExplanationFactor(
    [property: Id(0)] string Name, [property: Id(1)] string Value, [property: Id(2)] float Contribution);
