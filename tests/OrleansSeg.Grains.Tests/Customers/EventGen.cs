using CsCheck;
using OrleansSeg.Events;

namespace OrleansSeg.Grains.Tests.Customers;

/// <summary>Random sound events.</summary>
internal static class EventGen
{
    private static readonly EventType[] Types = [.. Enum.GetValues<EventType>().Where(type => type != EventType.None)];

    private static readonly Gen<string?> Label = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 0, 40].Select(s => (string?)s), AnyOf<string?>(null, "客户", "ü/\\#?%", "🛒 mug", ""));

    private static readonly Gen<decimal?> Amount = Gen.OneOf(
        Gen.Int[0, 1_000_000].Select(n => (decimal?)(n / 100m)), AnyOf<decimal?>(null, 0m, 0.000000001m, 1_000_000_000m, 1.10m));

    private static readonly Gen<float?> Rating = Gen.OneOf(Gen.Float[0f, 5f].Select(r => (float?)r), AnyOf<float?>(null, null));

    /// <summary>One of some values.</summary>
    public static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>An event at a time within the given days.</summary>
    public static Gen<BehaviourEvent> Event(DateTimeOffset start, int days, Gen<string> id) =>
        from eventId in id
        from type in AnyOf(Types)
        from seconds in Gen.Int[0, (days * 86_400) - 1]
        from offset in Gen.Int[-14 * 60, 14 * 60]
        from order in Label
        from item in Label
        from quantity in Amount
        from price in Amount
        from rating in Rating
        from text in Label
        select new BehaviourEvent
        {
            EventId = eventId,
            Type = type,
            Timestamp = start.AddSeconds(seconds).ToOffset(TimeSpan.FromMinutes(offset)),
            OrderId = order,
            Item = item,
            Category = item,
            Quantity = quantity,
            UnitPrice = price,
            Currency = price is null ? null : "EUR",
            Rating = rating,
            Channel = order,
            Text = text,
        };

    /// <summary>Any of a number of ids.</summary>
    public static Gen<string> Ids(int count) => Gen.Int[0, count - 1].Select(i => $"id-{i}");
}
