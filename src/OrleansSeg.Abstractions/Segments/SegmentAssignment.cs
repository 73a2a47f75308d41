using System.Collections.Immutable;

namespace OrleansSeg.Segments;

/// <summary>Which segment a customer is in, and how sure the model is.</summary>
/// <param name="Customer">The shop's id, unescaped.</param>
/// <param name="Segment">The segment, or one of <see cref="SegmentNames"/>.</param>
/// <param name="Probabilities">One per segment of the scheme, summing to 1; empty when no model answered.</param>
/// <param name="ChurnProbability">Probability that a buyer does not buy within the horizon; null for who never bought.</param>
/// <param name="ExpectedValue">Expected gross spend within the horizon, in the site's currency; null when no model answered.</param>
/// <param name="ModelVersion">Version of the model that answered, 0 for none.</param>
/// <param name="AssignedAt">When; null before the first scoring.</param>
/// <param name="EventsSeen">Events of the history the assignment reflects.</param>
/// <param name="Stale">Behaviour or a newer model has not been scored yet, or the assignment is older than the refresh age.</param>
[GenerateSerializer, Immutable, SuppressReferenceTracking, Alias("seg.segment-assignment")]
public sealed record SegmentAssignment(
    [property: Id(0)] string Customer,
    [property: Id(1)] string Segment,
    [property: Id(2)] ImmutableArray<SegmentProbability> Probabilities,
    [property: Id(3)] float? ChurnProbability,
    [property: Id(4)] float? ExpectedValue,
    [property: Id(5)] int ModelVersion,
    [property: Id(6)] DateTimeOffset? AssignedAt,
    [property: Id(7)] long EventsSeen,
    [property: Id(8)] bool Stale)
{
    /// <summary>Low end of the interval that holds the spend within the horizon of four in five who bought before; null for who never bought, and where the model has none.</summary>
    [Id(9)]
    public float? ExpectedValueLow { get; init; }

    /// <summary>High end of it.</summary>
    [Id(10)]
    public float? ExpectedValueHigh { get; init; }
}

/// <summary>One segment's probability.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Probability">Between 0 and 1.</param>
[GenerateSerializer, Immutable, Alias("seg.segment-probability")]
public readonly record struct SegmentProbability([property: Id(0)] string Segment, [property: Id(1)] float Probability);

/// <summary>Answers that no model gives.</summary>
public static class SegmentNames
{
    /// <summary>Nothing was ever recorded of this customer.</summary>
    public const string Unknown = "unknown";

    /// <summary>Events are there, but no model has scored them yet.</summary>
    public const string Unscored = "unscored";

    /// <summary>The customer did not consent to profiling: facts only.</summary>
    public const string Unprofiled = "unprofiled";
}
