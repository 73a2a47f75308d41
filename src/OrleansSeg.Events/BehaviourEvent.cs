namespace OrleansSeg.Events;

/// <summary>One thing a customer did: the same type in files, grains and the model.</summary>
/// <remarks>
/// Immutable. <see cref="Timestamp"/> is when the customer acted; <see cref="RecordedAt"/> is when this system first stored the event
/// and is never set by the shop. Money is gross: <see cref="UnitPrice"/> × <see cref="Quantity"/> in the site's currency.
/// </remarks>
public sealed record BehaviourEvent
{
    /// <summary>Identity within the customer, 1 to <see cref="EventLimits.EventIdLengthMax"/> characters: recording it twice counts once.</summary>
    public required string EventId { get; init; }

    /// <summary>What was done.</summary>
    public required EventType Type { get; init; }

    /// <summary>When the customer acted, in UTC.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The order this line belongs to, if any.</summary>
    public string? OrderId { get; init; }

    /// <summary>The shop's item code, if any.</summary>
    public string? Item { get; init; }

    /// <summary>The shop's category, if any.</summary>
    public string? Category { get; init; }

    /// <summary>Units; null where the type has none. Never negative: a return is an <see cref="EventType.Return"/>.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>Price of one unit in <see cref="Currency"/>; null when unknown.</summary>
    public decimal? UnitPrice { get; init; }

    /// <summary>ISO 4217 code; null means the site's currency.</summary>
    public string? Currency { get; init; }

    /// <summary>Stars or score, on the shop's own scale; null when none was given.</summary>
    public float? Rating { get; init; }

    /// <summary>Where it happened: web, app, store, e-mail.</summary>
    public string? Channel { get; init; }

    /// <summary>Item title, search query, review or message: at most <see cref="EventLimits.TextBytesMax"/> bytes of UTF-8.</summary>
    public string? Text { get; init; }

    /// <summary>When this system first stored the event, in UTC; the default until it is stored.</summary>
    public DateTimeOffset RecordedAt { get; init; }

    /// <summary>True when the event came from an import of history: as-of features then count it by <see cref="Timestamp"/> alone.</summary>
    public bool Backfilled { get; init; }

    /// <summary>Gross amount, unit price × quantity (one unit when no quantity is given); zero when the price is unknown.</summary>
    public decimal Amount => (UnitPrice ?? 0m) * (Quantity ?? 1m);

    /// <summary>Whether this system could tell of the event at an instant: a live one once it was recorded, a back-filled one from its own time on.</summary>
    /// <remarks>What happens after the instant is not asked here; compare <see cref="Timestamp"/> for that.</remarks>
    public bool WasRecordedBy(DateTimeOffset instant) => Backfilled || RecordedAt <= instant;

    /// <summary>Whether two events with one id say the same thing; when and how they were recorded does not count.</summary>
    public bool SaysTheSameAs(BehaviourEvent other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { RecordedAt = default, Backfilled = false } == other with { RecordedAt = default, Backfilled = false };
    }
}
