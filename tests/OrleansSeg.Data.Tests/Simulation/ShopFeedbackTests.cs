using OrleansSeg.Events;

namespace OrleansSeg.Data.Tests.Simulation;

/// <summary>Satisfaction shows in ratings, in texts and in what goes back.</summary>
public sealed class ShopFeedbackTests
{
    private static readonly int[] AllSeeds = [1, 2, 3];

    public static TheoryData<int> Seeds => [.. AllSeeds];

    [Theory, MemberData(nameof(Seeds))]
    public void Return_RefersToALineBoughtBefore(int seed)
    {
        foreach (var history in Shops.Histories(seed))
        {
            var bought = history.Where(e => e.Event.Type == EventType.Purchase).ToDictionary(e => (e.Event.OrderId, e.Event.Item), e => e.Event);
            Assert.All(history.Where(e => e.Event.Type == EventType.Return).Select(e => e.Event), e =>
            {
                var line = bought[(e.OrderId, e.Item)];
                Assert.True(line.Timestamp < e.Timestamp);
                Assert.InRange(e.Quantity!.Value, 1, line.Quantity!.Value);
                Assert.Equal(line.UnitPrice, e.UnitPrice);
            });
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Rating_OfWhatWentBack_IsMuchLower(int seed)
    {
        var returned = Shops.Events(seed).Where(e => e.Event.Type == EventType.Return).Select(e => (e.CustomerId, e.Event.Item)).ToHashSet();
        var reviews = Shops.Events(seed).Where(e => e.Event.Type == EventType.Review).ToLookup(e => returned.Contains((e.CustomerId, e.Event.Item)), e => e.Event.Rating!.Value);
        Assert.True(reviews[false].Average() > reviews[true].Average() + 0.7, $"{reviews[false].Average():F2} against {reviews[true].Average():F2}");
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Ratings_AreOneToFiveStars_MostlyGood(int seed)
    {
        var ratings = Shops.Events(seed).Where(e => e.Event.Type == EventType.Review).Select(e => e.Event.Rating!.Value).ToList();
        Assert.Equal([1f, 2f, 3f, 4f, 5f], ratings.Distinct().Order());
        Assert.InRange(ratings.Count(rating => rating == 5) / (double)ratings.Count, 0.4, 0.7);
    }

    [Fact]
    public void ReviewText_OfAGoodRating_IsNeverThatOfABadOne()
    {
        var texts = AllSeeds.SelectMany(Shops.Events).Where(e => e.Event.Type == EventType.Review)
            .ToLookup(e => e.Event.Rating!.Value >= 4, e => e.Event.Text!);
        Assert.Empty(texts[true].Intersect(texts[false]));
        Assert.True(texts[true].Distinct().Count() > 500);
    }

    [Fact]
    public void FirstOrder_ThatWasComplainedAbout_IsLessOftenFollowedByAnother()
    {
        var buyers = AllSeeds.SelectMany(Shops.Histories)
            .Select(history => (Orders: Shops.OrderTimes(history), History: history))
            .Where(buyer => buyer.Orders.Count > 0 && buyer.Orders[0] < Shops.End.AddDays(-120))
            .ToLookup(buyer => buyer.History.Any(e => e.Event is { Type: EventType.SupportMessage, Text: { } text } && text.Contains("-O001", StringComparison.Ordinal)), buyer => buyer.Orders);
        Assert.True(buyers[true].Count() > 100);
        Assert.True(ShareComingBack(buyers[true]) < ShareComingBack(buyers[false]) - 0.05);

        static double ShareComingBack(IEnumerable<List<DateTimeOffset>> orders) =>
            orders.Average(times => times.Count > 1 && times[1] < times[0].AddDays(120) ? 1.0 : 0);
    }
}
