using OrleansSeg.Events;

namespace OrleansSeg.Data.Cleaning;

/// <summary>An event in the making; one is used for every row.</summary>
internal sealed class EventDraft
{
    public string CustomerId = "";
    public string? EventId;
    public EventType Type;
    public DateTimeOffset Timestamp;
    public string? OrderId;
    public string? Item;
    public string? Category;
    public decimal? Quantity;
    public decimal? UnitPrice;
    public string? Currency;
    public float? Rating;
    public string? Channel;
    public string? Text;

    /// <summary>The event under an id.</summary>
    /// <param name="eventId">The id.</param>
    /// <param name="ownOrder">Whether the row is an order of its own, named by the id.</param>
    public BehaviourEvent ToEvent(string eventId, bool ownOrder) => new()
    {
        EventId = eventId,
        Type = Type,
        Timestamp = Timestamp,
        OrderId = ownOrder ? eventId : OrderId,
        Item = Item,
        Category = Category,
        Quantity = Quantity,
        UnitPrice = UnitPrice,
        Currency = Currency,
        Rating = Rating,
        Channel = Channel,
        Text = Text,
        Backfilled = true,
    };

    /// <summary>Hash of everything the event says, without its id.</summary>
    public UInt128 Hash(ContentHasher hasher)
    {
        hasher.Reset();
        hasher.Add(CustomerId);
        hasher.Add((long)Type);
        hasher.Add(Timestamp.UtcTicks);
        hasher.Add(OrderId);
        hasher.Add(Item);
        hasher.Add(Category);
        hasher.Add(Quantity);
        hasher.Add(UnitPrice);
        hasher.Add(Currency);
        hasher.Add(Rating is { } rating ? BitConverter.SingleToInt32Bits(rating) : long.MinValue);
        hasher.Add(Channel);
        hasher.Add(Text);
        return hasher.Hash();
    }
}
