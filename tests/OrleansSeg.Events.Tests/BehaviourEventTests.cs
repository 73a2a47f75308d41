using System.Reflection;

namespace OrleansSeg.Events.Tests;

public sealed class BehaviourEventTests
{
    private static readonly BehaviourEvent Event = new()
    {
        EventId = "e",
        Type = EventType.Purchase,
        Timestamp = new DateTimeOffset(2019, 3, 1, 0, 0, 0, TimeSpan.Zero),
        OrderId = "o",
        Item = "i",
        Category = "k",
        Quantity = 2,
        UnitPrice = 4.50m,
        Currency = "EUR",
        Rating = 4,
        Channel = "web",
        Text = "title",
    };

    /// <summary>The event with one property changed, for every property that can be set.</summary>
    public static TheoryData<string, BehaviourEvent> Changes
    {
        get
        {
            var data = new TheoryData<string, BehaviourEvent>();
            foreach (var property in typeof(BehaviourEvent).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
            {
                var changed = Event with { };
                property.SetValue(changed, property.GetValue(Event) switch
                {
                    string text => text + "!",
                    EventType => EventType.Return,
                    DateTimeOffset time => time.AddTicks(1),
                    decimal number => number + 0.01m,
                    float number => number + 0.5f,
                    bool flag => !flag,
                    var other => throw new InvalidOperationException($"{property.Name} holds {other}, which this test cannot change."),
                });
                data.Add(property.Name, changed);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void SaysTheSame_OnlyWhenJustTheRecordingDiffers(string property, BehaviourEvent changed)
    {
        var recordingAlone = property is nameof(BehaviourEvent.RecordedAt) or nameof(BehaviourEvent.Backfilled);
        Assert.NotEqual(Event, changed);
        Assert.Equal(recordingAlone, Event.SaysTheSameAs(changed));
        Assert.Equal(recordingAlone, changed.SaysTheSameAs(Event));
    }

    [Fact]
    public void SaysTheSame_HoweverNumbersAndZonesAreWritten()
    {
        var other = Event with { Quantity = 2.000m, UnitPrice = 4.5m, Timestamp = Event.Timestamp.ToOffset(TimeSpan.FromHours(5)) };
        Assert.True(Event.SaysTheSameAs(other));
    }

    [Fact]
    public void SaysTheSame_AsNothing_IsABug() => Assert.Throws<ArgumentNullException>(() => Event.SaysTheSameAs(null!));

    [Theory]
    [InlineData(null, null, 0)]
    [InlineData(3, null, 0)]
    [InlineData(null, 5, 5)]
    [InlineData(3, 5, 15)]
    [InlineData(0, 5, 0)]
    public void Amount_CountsOneUnitWhereNoneIsGiven(int? quantity, int? price, int amount) =>
        Assert.Equal(amount, (Event with { Quantity = quantity, UnitPrice = price }).Amount);

    [Fact]
    public void EventTypes_KeepTheirNumbers() => Assert.Equal(
        [
            "None=0", "View=1", "Search=2", "AddToCart=3", "RemoveFromCart=4", "Purchase=5", "Return=6", "Review=7", "Social=8", "CampaignSent=9",
            "CampaignOpened=10", "CampaignClicked=11", "SupportMessage=12",
        ],
        Enum.GetValues<EventType>().Select(type => $"{type}={(byte)type}"));
}
