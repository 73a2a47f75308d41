using OrleansSeg.Events;

namespace OrleansSeg.Tagging;

/// <summary>How a <see cref="TagSpan"/> travels.</summary>
[GenerateSerializer, Immutable, Alias("seg.tag-span")]
public struct TagSpanSurrogate
{
#pragma warning disable CS1591, CA1051 // The fields are those of TagSpan, in wire order.
    [Id(0)] public int Start;
    [Id(1)] public int End;
    [Id(2)] public string Label;
    [Id(3)] public float Probability;
#pragma warning restore CS1591, CA1051
}

/// <summary>Converts between the span and its wire form.</summary>
[RegisterConverter]
public sealed class TagSpanConverter : IConverter<TagSpan, TagSpanSurrogate>
{
    /// <inheritdoc />
    public TagSpan ConvertFromSurrogate(in TagSpanSurrogate surrogate) => new(surrogate.Start, surrogate.End, surrogate.Label, surrogate.Probability);

    /// <inheritdoc />
    public TagSpanSurrogate ConvertToSurrogate(in TagSpan value) => new() { Start = value.Start, End = value.End, Label = value.Label, Probability = value.Probability };
}
