namespace OrleansSeg.Model.Features;

/// <summary>What the model sees of one customer at one instant: raw values, the same in training and in serving.</summary>
/// <remarks>Nothing in it happened after <see cref="AsOf"/>. Normalisation and tokenization belong to the bundle, not to the input.</remarks>
public sealed record CustomerInput
{
    /// <summary>The instant the features describe.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Raw aggregate features in the order of <c>AggregateFeatures.Names</c>; NaN where a value is missing.</summary>
    public required float[] Aggregates { get; init; }

    /// <summary>The recent window, oldest first; empty for a customer who has done nothing.</summary>
    public required ReadOnlyMemory<SequenceToken> Tokens { get; init; }

    /// <summary>Profile attributes as <c>name=value</c>, ordinally sorted.</summary>
    public required string[] Attributes { get; init; }

    /// <summary>What this input costs in a batch: tokens plus one for the aggregates.</summary>
    public int TokenCount => Tokens.Length + 1;
}
