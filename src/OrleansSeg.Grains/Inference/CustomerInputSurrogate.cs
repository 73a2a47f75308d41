using OrleansSeg.Events;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Inference;

/// <summary>How a <see cref="CustomerInput"/> travels to an inference silo.</summary>
[GenerateSerializer, Immutable, Alias("seg.customer-input")]
public struct CustomerInputSurrogate
{
    /// <summary>See <see cref="CustomerInput.AsOf"/>.</summary>
    [Id(0)] public DateTimeOffset AsOf { get; set; }

    /// <summary>See <see cref="CustomerInput.Aggregates"/>.</summary>
    [Id(1)] public float[] Aggregates { get; set; }

    /// <summary>See <see cref="CustomerInput.Tokens"/>.</summary>
    [Id(2)] public SequenceToken[] Tokens { get; set; }

    /// <summary>See <see cref="CustomerInput.Attributes"/>.</summary>
    [Id(3)] public string[] Attributes { get; set; }
}

/// <summary>Converts between the input and its wire form.</summary>
[RegisterConverter]
public sealed class CustomerInputConverter : IConverter<CustomerInput, CustomerInputSurrogate>
{
    /// <inheritdoc />
    public CustomerInput ConvertFromSurrogate(in CustomerInputSurrogate surrogate) => new()
    {
        AsOf = surrogate.AsOf,
        Aggregates = surrogate.Aggregates,
        Tokens = surrogate.Tokens,
        Attributes = surrogate.Attributes,
    };

    /// <inheritdoc />
    public CustomerInputSurrogate ConvertToSurrogate(in CustomerInput value) => new()
    {
        AsOf = value.AsOf,
        Aggregates = value.Aggregates,
        Tokens = value.Tokens.ToArray(),
        Attributes = value.Attributes,
    };
}

/// <summary>How a <see cref="SequenceToken"/> travels.</summary>
[GenerateSerializer, Immutable, Alias("seg.sequence-token")]
public struct SequenceTokenSurrogate
{
    /// <summary>See <see cref="SequenceToken.Type"/>.</summary>
    [Id(0)] public EventType Type { get; set; }

    /// <summary>See <see cref="SequenceToken.Timestamp"/>.</summary>
    [Id(1)] public DateTimeOffset Timestamp { get; set; }

    /// <summary>See <see cref="SequenceToken.EventCount"/>.</summary>
    [Id(2)] public int EventCount { get; set; }

    /// <summary>See <see cref="SequenceToken.Quantity"/>.</summary>
    [Id(3)] public float Quantity { get; set; }

    /// <summary>See <see cref="SequenceToken.Amount"/>.</summary>
    [Id(4)] public float Amount { get; set; }

    /// <summary>See <see cref="SequenceToken.Rating"/>.</summary>
    [Id(5)] public float Rating { get; set; }

    /// <summary>See <see cref="SequenceToken.Category"/>.</summary>
    [Id(6)] public string? Category { get; set; }

    /// <summary>See <see cref="SequenceToken.Texts"/>.</summary>
    [Id(7)] public string[] Texts { get; set; }
}

/// <summary>Converts between the token and its wire form.</summary>
[RegisterConverter]
public sealed class SequenceTokenConverter : IConverter<SequenceToken, SequenceTokenSurrogate>
{
    /// <inheritdoc />
    public SequenceToken ConvertFromSurrogate(in SequenceTokenSurrogate surrogate) => new()
    {
        Type = surrogate.Type,
        Timestamp = surrogate.Timestamp,
        EventCount = surrogate.EventCount,
        Quantity = surrogate.Quantity,
        Amount = surrogate.Amount,
        Rating = surrogate.Rating,
        Category = surrogate.Category,
        Texts = surrogate.Texts,
    };

    /// <inheritdoc />
    public SequenceTokenSurrogate ConvertToSurrogate(in SequenceToken value) => new()
    {
        Type = value.Type,
        Timestamp = value.Timestamp,
        EventCount = value.EventCount,
        Quantity = value.Quantity,
        Amount = value.Amount,
        Rating = value.Rating,
        Category = value.Category,
        Texts = value.Texts,
    };
}
