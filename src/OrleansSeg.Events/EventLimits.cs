namespace OrleansSeg.Events;

/// <summary>The bounds every event and customer id must keep.</summary>
public static class EventLimits
{
    /// <summary>Longest event id, in characters.</summary>
    public const int EventIdLengthMax = 128;

    /// <summary>Longest customer id, in characters, before escaping.</summary>
    public const int CustomerIdLengthMax = 256;

    /// <summary>Longest order id, item code, category, channel, in characters.</summary>
    public const int LabelLengthMax = 256;

    /// <summary>Longest free text, in UTF-8 bytes.</summary>
    public const int TextBytesMax = 16 * 1024;

    /// <summary>Longest grain key of a customer, in characters, after escaping.</summary>
    public const int CustomerKeyLengthMax = 480;

    /// <summary>Largest quantity or unit price that is believed, in units or in currency.</summary>
    public const decimal AmountMax = 1_000_000_000m;

    /// <summary>Earliest believable time of an event (inclusive).</summary>
    public static readonly DateTimeOffset TimestampMin = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Latest believable time of an event (exclusive), whatever the clock says.</summary>
    public static readonly DateTimeOffset TimestampMax = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How far ahead of this system's clock an event's time may be.</summary>
    public static readonly TimeSpan ClockSkewMax = TimeSpan.FromDays(1);
}
