using CsCheck;

namespace OrleansSeg.Events.Tests;

public sealed class EventOrderTests
{
    private static readonly Gen<BehaviourEvent> Event = Gen.Select(Gen.OneOf("a", "B", "b", "é", "ab", "10", "9"), Gen.Int[0, 2], Gen.Int[-2, 2])
        .Select((id, second, zone) => new BehaviourEvent
        {
            EventId = id,
            Type = EventType.View,
            Timestamp = new DateTimeOffset(2019, 3, 1, 12, 0, second, TimeSpan.Zero).ToOffset(TimeSpan.FromHours(zone)),
        });

    [Fact]
    public void Order_IsTotal_ByTimeThenId() =>
        Gen.Select(Event, Event, Event).Sample((a, b, c) =>
        {
            var order = EventOrder.Instance;
            Assert.Equal(0, order.Compare(a, a));
            Assert.Equal(Math.Sign(order.Compare(a, b)), -Math.Sign(order.Compare(b, a)));
            Assert.Equal(order.Compare(a, b) == 0, a.Timestamp == b.Timestamp && a.EventId == b.EventId);
            if (order.Compare(a, b) <= 0 && order.Compare(b, c) <= 0)
            {
                Assert.True(order.Compare(a, c) <= 0);
            }
        });

    [Fact]
    public void AnyOrderOfArrival_SortsTheSame() =>
        Gen.Select(Event.List[0, 20], Gen.Int).Sample((events, seed) =>
        {
            var other = events.ToArray();
            new Random(seed).Shuffle(other);
            Assert.Equal(
                events.Order(EventOrder.Instance).Select(e => (e.Timestamp, e.EventId)),
                other.Order(EventOrder.Instance).Select(e => (e.Timestamp, e.EventId)));
        });

    [Fact]
    public void Ids_CompareByCodeUnit()
    {
        var ids = new[] { "b", "é", "B", "9", "10" }.Select(id => new BehaviourEvent { EventId = id, Type = EventType.View, Timestamp = default });
        Assert.Equal(["10", "9", "B", "b", "é"], ids.Order(EventOrder.Instance).Select(e => e.EventId));
    }

    [Fact]
    public void Nothing_ComesFirst()
    {
        var e = new BehaviourEvent { EventId = "e", Type = EventType.View, Timestamp = default };
        Assert.True(EventOrder.Instance.Compare(null, e) < 0);
        Assert.True(EventOrder.Instance.Compare(e, null) > 0);
        Assert.Equal(0, EventOrder.Instance.Compare(null, null));
    }
}
