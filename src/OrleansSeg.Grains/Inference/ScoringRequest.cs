using System.Collections.Immutable;
using OrleansSeg.Model.Features;
using OrleansSeg.Segments;

namespace OrleansSeg.Inference;

/// <summary>One customer to score.</summary>
/// <param name="Site">Whose model answers.</param>
/// <param name="Input">What the model sees.</param>
/// <param name="Priority">The lane to wait in.</param>
/// <param name="Deadline">When the answer stops being worth having; null for never. Earlier deadlines are served first within a lane.</param>
[GenerateSerializer, Immutable, Alias("seg.scoring-request")]
public sealed record ScoringRequest(
    [property: Id(0)] string Site,
    [property: Id(1)] CustomerInput Input,
    [property: Id(2)] ScoringPriority Priority,
    [property: Id(3)] DateTimeOffset? Deadline)
{
    /// <summary>The facts behind the input, as <see cref="LifetimeAggregates.ToBytes"/>, empty for none: what hypothetical behaviour is added to. Null where none is asked about.</summary>
    [Id(4)]
    public byte[]? Lifetime { get; init; }
}

/// <summary>The model's answer.</summary>
/// <param name="Segment">The chosen segment, thresholds applied.</param>
/// <param name="Probabilities">One per segment of the scheme.</param>
/// <param name="ChurnProbability">Probability of no purchase within the horizon.</param>
/// <param name="ExpectedValue">Expected gross spend within the horizon, in the site's currency.</param>
/// <param name="ModelVersion">The version that answered.</param>
/// <param name="QueueTime">From admission to the start of the batch.</param>
/// <param name="InferenceTime">Duration of the batch.</param>
[GenerateSerializer, Immutable, Alias("seg.scoring-result")]
public sealed record ScoringResult(
    [property: Id(0)] string Segment,
    [property: Id(1)] ImmutableArray<SegmentProbability> Probabilities,
    [property: Id(2)] float ChurnProbability,
    [property: Id(3)] float ExpectedValue,
    [property: Id(4)] int ModelVersion,
    [property: Id(5)] TimeSpan QueueTime,
    [property: Id(6)] TimeSpan InferenceTime)
{
    /// <summary>Low end of the interval that a past buyer's spend lies in; null for none.</summary>
    [Id(7)]
    public float? ExpectedValueLow { get; init; }

    /// <summary>High end of it.</summary>
    [Id(8)]
    public float? ExpectedValueHigh { get; init; }
}
