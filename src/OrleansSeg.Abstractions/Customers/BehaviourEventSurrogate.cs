using OrleansSeg.Events;

namespace OrleansSeg.Customers;

/// <summary>How a <see cref="BehaviourEvent"/> travels and is stored: the event itself knows nothing of Orleans.</summary>
[GenerateSerializer, Immutable, Alias("seg.behaviour-event")]
public struct BehaviourEventSurrogate
{
#pragma warning disable CS1591, CA1051 // The fields are those of BehaviourEvent, in wire order.
    [Id(0)] public string EventId;
    [Id(1)] public EventType Type;
    [Id(2)] public DateTimeOffset Timestamp;
    [Id(3)] public string? OrderId;
    [Id(4)] public string? Item;
    [Id(5)] public string? Category;
    [Id(6)] public decimal? Quantity;
    [Id(7)] public decimal? UnitPrice;
    [Id(8)] public string? Currency;
    [Id(9)] public float? Rating;
    [Id(10)] public string? Channel;
    [Id(11)] public string? Text;
    [Id(12)] public DateTimeOffset RecordedAt;
    [Id(13)] public bool Backfilled;
#pragma warning restore CS1591, CA1051
}

/// <summary>Converts between the event and its wire form.</summary>
[RegisterConverter]
public sealed class BehaviourEventConverter : IConverter<BehaviourEvent, BehaviourEventSurrogate>
{
    /// <inheritdoc />
    public BehaviourEvent ConvertFromSurrogate(in BehaviourEventSurrogate surrogate) => new()
    {
        EventId = surrogate.EventId,
        Type = surrogate.Type,
        Timestamp = surrogate.Timestamp,
        OrderId = surrogate.OrderId,
        Item = surrogate.Item,
        Category = surrogate.Category,
        Quantity = surrogate.Quantity,
        UnitPrice = surrogate.UnitPrice,
        Currency = surrogate.Currency,
        Rating = surrogate.Rating,
        Channel = surrogate.Channel,
        Text = surrogate.Text,
        RecordedAt = surrogate.RecordedAt,
        Backfilled = surrogate.Backfilled,
    };

    /// <inheritdoc />
    public BehaviourEventSurrogate ConvertToSurrogate(in BehaviourEvent value) => new()
    {
        EventId = value.EventId,
        Type = value.Type,
        Timestamp = value.Timestamp,
        OrderId = value.OrderId,
        Item = value.Item,
        Category = value.Category,
        Quantity = value.Quantity,
        UnitPrice = value.UnitPrice,
        Currency = value.Currency,
        Rating = value.Rating,
        Channel = value.Channel,
        Text = value.Text,
        RecordedAt = value.RecordedAt,
        Backfilled = value.Backfilled,
    };
}
