using CsCheck;
using OrleansSeg.Events;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Tests.Features;

public sealed class LifetimeAggregatesTests
{
    [Fact]
    public void Add_InAnyOrder_GivesTheSameBytes() =>
        Gen.Select(Histories.Any, Gen.Int).Sample((events, seed) =>
        {
            var shuffled = events.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(Sum(events).ToBytes(), Sum(shuffled).ToBytes());
        });

    [Fact]
    public void Bytes_ReadBack_GiveTheSameFeatures() =>
        Histories.Any.Sample(events =>
        {
            var written = Sum(events);
            var read = LifetimeAggregates.FromBytes(written.ToBytes());
            var asOf = Histories.Start.AddDays(731);
            Assert.Equal(AggregateFeatures.Compute(written, asOf), AggregateFeatures.Compute(read, asOf));
            Assert.Equal(written.ToBytes(), read.ToBytes());
        });

    [Fact]
    public void DamagedBytes_AreRefused()
    {
        var bytes = Sum([Purchase(0, 10m)]).ToBytes();
        Assert.Throws<InvalidDataException>(() => LifetimeAggregates.FromBytes(bytes[..^3]));
        bytes[0] = 9;
        Assert.Throws<InvalidDataException>(() => LifetimeAggregates.FromBytes(bytes));
    }

    [Fact]
    public void Features_OfThreePurchases_AreWhatAHandComputes()
    {
        var aggregates = Sum([Purchase(0, 10m), Purchase(10, 20m), Purchase(40, 60m)]);
        var features = AggregateFeatures.Names
            .Zip(AggregateFeatures.Compute(aggregates, Histories.Start.AddDays(50)))
            .ToDictionary(pair => pair.First, pair => pair.Second);
        Assert.Equal(10, features["days_since_last_purchase"]);
        Assert.Equal(50, features["days_since_first_purchase"]);
        Assert.Equal(3, features["purchase_days"]);
        Assert.Equal(1, features["purchase_days_30"]);
        Assert.Equal(90, features["spend"]);
        Assert.Equal(60, features["spend_30"]);
        Assert.Equal(30, features["spend_per_purchase_day"]);
        Assert.Equal(20, features["gap_mean"]);
        Assert.Equal(10, features["gap_deviation"]);
        Assert.Equal(30, features["gap_last"]);
        Assert.Equal(0.5f, features["recency_over_gap"]);
        Assert.True(float.IsNaN(features["rating_mean"]));
    }

    private static BehaviourEvent Purchase(int day, decimal price) => new()
    {
        EventId = $"p{day}", Type = EventType.Purchase, Timestamp = Histories.Start.AddDays(day), UnitPrice = price, Quantity = 1,
    };

    private static LifetimeAggregates Sum(IEnumerable<BehaviourEvent> events)
    {
        var aggregates = new LifetimeAggregates();
        foreach (var e in events)
        {
            aggregates.Add(e);
        }

        return aggregates;
    }
}
