using CsCheck;

namespace OrleansSeg.Events.Tests;

public sealed class EventValidatorTests
{
    private static readonly DateTimeOffset Now = new(2020, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly BehaviourEvent Sound = new()
    {
        EventId = "e",
        Type = EventType.Purchase,
        Timestamp = new DateTimeOffset(2019, 3, 1, 0, 0, 0, TimeSpan.Zero),
    };

    public static TheoryData<string, BehaviourEvent> AtTheBound => new()
    {
        { "bare", Sound },
        { "longest id", Sound with { EventId = new string('i', 128) } },
        { "earliest", Sound with { Timestamp = new DateTimeOffset(1990, 1, 1, 0, 0, 0, TimeSpan.Zero) } },
        { "a day ahead", Sound with { Timestamp = Now.AddDays(1) } },
        { "nothing", Sound with { Quantity = 0, UnitPrice = 0 } },
        { "much", Sound with { Quantity = 1_000_000_000, UnitPrice = 1_000_000_000 } },
        { "largest rating", Sound with { Rating = float.MaxValue } },
        { "negative rating", Sound with { Rating = -5 } },
        { "longest text", Sound with { Text = new string('é', 8 * 1024) } },
        { "longest labels", Sound with { OrderId = new string('o', 256), Item = new string('i', 256), Category = new string('c', 256), Channel = new string('h', 256) } },
        { "currency", Sound with { Currency = "EUR" } },
        { "empty labels", Sound with { OrderId = "", Item = "", Category = "", Channel = "", Text = "" } },
    };

    public static TheoryData<BehaviourEvent, string, string> OverTheBound => new()
    {
        { Sound with { EventId = "" }, "eventId", "must have 1 to 128 characters, has 0" },
        { Sound with { EventId = null! }, "eventId", "must have 1 to 128 characters, has 0" },
        { Sound with { EventId = new string('i', 129) }, "eventId", "must have 1 to 128 characters, has 129" },
        { Sound with { Type = EventType.None }, "type", "'None' is not an event type" },
        { Sound with { Type = (EventType)200 }, "type", "'200' is not an event type" },
        { Sound with { Timestamp = new DateTimeOffset(1989, 12, 31, 23, 59, 59, TimeSpan.Zero) }, "timestamp", "1989-12-31T23:59:59.0000000+00:00 is not between 1990 and 2100" },
        { Sound with { Timestamp = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero) }, "timestamp", "2100-01-01T00:00:00.0000000+00:00 is not between 1990 and 2100" },
        { Sound with { Timestamp = Now.AddDays(1).AddTicks(1) }, "timestamp", "2020-01-02T12:00:00.0000001+00:00 is in the future" },
        { Sound with { Quantity = -1 }, "quantity", "-1 is not between 0 and 1000000000" },
        { Sound with { Quantity = 1_000_000_000.01m }, "quantity", "1000000000.01 is not between 0 and 1000000000" },
        { Sound with { UnitPrice = -0.01m }, "unitPrice", "-0.01 is not between 0 and 1000000000" },
        { Sound with { UnitPrice = decimal.MaxValue }, "unitPrice", "79228162514264337593543950335 is not between 0 and 1000000000" },
        { Sound with { Rating = float.NaN }, "rating", "NaN is not a finite number" },
        { Sound with { Rating = float.NegativeInfinity }, "rating", "-Infinity is not a finite number" },
        { Sound with { Text = new string('é', 8 * 1024) + "x" }, "text", "is longer than 16384 bytes" },
        { Sound with { Currency = "EURO" }, "currency", "'EURO' is not a three-letter ISO 4217 code" },
        { Sound with { Currency = "" }, "currency", "'' is not a three-letter ISO 4217 code" },
        { Sound with { OrderId = new string('o', 257) }, "orderId", "has 257 characters, at most 256 are kept" },
        { Sound with { Item = new string('o', 257) }, "item", "has 257 characters, at most 256 are kept" },
        { Sound with { Category = new string('o', 257) }, "category", "has 257 characters, at most 256 are kept" },
        { Sound with { Channel = new string('o', 257) }, "channel", "has 257 characters, at most 256 are kept" },
    };

    [Theory]
    [MemberData(nameof(AtTheBound))]
    public void EventAtABound_IsSound(string name, BehaviourEvent e)
    {
        Assert.NotEmpty(name);
        Assert.Null(EventValidator.FindProblem(e, Now));
    }

    [Theory]
    [MemberData(nameof(OverTheBound))]
    public void EventOverABound_IsRefused_NamingItsField(BehaviourEvent e, string field, string reason) =>
        Assert.Equal(new EventProblem(e.EventId ?? "", field, reason), EventValidator.FindProblem(e, Now));

    [Fact]
    public void EveryEventType_IsSound() =>
        Assert.All(Enum.GetValues<EventType>().Where(type => type != EventType.None), type => Assert.Null(EventValidator.FindProblem(Sound with { Type = type }, Now)));

    [Fact]
    public void LaterClock_NeverRefusesMore() =>
        Gen.Select(Gen.DateTimeOffset, Gen.DateTimeOffset, Gen.Long[0, TimeSpan.TicksPerDay * 10_000]).Sample((time, now, later) =>
        {
            now = now < EventLimits.TimestampMin ? EventLimits.TimestampMin : now > EventLimits.TimestampMax ? EventLimits.TimestampMax : now;
            var e = Sound with { Timestamp = time };
            Assert.False(EventValidator.FindProblem(e, now) is null && EventValidator.FindProblem(e, now.AddTicks(later)) is not null);
        });

    [Fact]
    public void NoEvent_IsABug() => Assert.Throws<ArgumentNullException>(() => EventValidator.FindProblem(null!, Now));
}
