using CsCheck;
using OrleansSeg.Events;

namespace OrleansSeg.Model.Tests.Features;

/// <summary>Random histories of one customer over two years.</summary>
internal static class Histories
{
    public static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly EventType[] Types = [.. Enum.GetValues<EventType>().Where(type => type != EventType.None)];

    public static readonly Gen<BehaviourEvent> AnyEvent =
        from id in Gen.Int[0, 1_000_000]
        from type in Gen.Int[0, Types.Length - 1].Select(i => Types[i])
        from minute in Gen.Int[0, 730 * 24 * 60]
        from order in Gen.Int[0, 5]
        from quantity in Gen.Int[1, 12]
        from pence in Gen.Int[0, 100_000]
        from rating in Gen.Int[0, 5]
        select new BehaviourEvent
        {
            EventId = $"e{id}",
            Type = type,
            Timestamp = Start.AddMinutes(minute),
            OrderId = order == 0 ? null : $"o{order}-{minute / 1440}",
            Quantity = quantity,
            UnitPrice = pence / 100m,
            Rating = rating == 0 ? null : rating,
            Text = order == 3 ? $"title {quantity}" : null,
            Backfilled = true,
        };

    public static readonly Gen<BehaviourEvent[]> Any =
        AnyEvent.Array[0, 60].Select(events => events.DistinctBy(e => e.EventId).Order(EventOrder.Instance).ToArray());
}
