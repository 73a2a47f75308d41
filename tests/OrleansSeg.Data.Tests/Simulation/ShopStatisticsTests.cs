using OrleansSeg.Events;

namespace OrleansSeg.Data.Tests.Simulation;

/// <summary>What makes a shop believable, over three seeds; tolerances are several deviations wide.</summary>
public sealed class ShopStatisticsTests
{
    public static TheoryData<int> Seeds => [1, 2, 3];

    [Theory, MemberData(nameof(Seeds))]
    public void Buyers_WhoOrderOnce_AreMany(int seed)
    {
        var orders = Shops.Histories(seed).Select(history => Shops.OrderTimes(history).Count).Where(count => count > 0).ToList();
        Assert.InRange(orders.Count / (double)Shops.CustomerCount, 0.6, 0.8);
        Assert.InRange(orders.Count(count => count == 1) / (double)orders.Count, 0.18, 0.36);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Orders_OverOneSpan_ScatterMoreThanPoisson(int seed)
    {
        // Everybody bought before the span, so a common rate would give a variance equal to the mean.
        var (from, to) = (Shops.End.AddDays(-360), Shops.End.AddDays(-180));
        var counts = Shops.Histories(seed)
            .Select(Shops.OrderTimes)
            .Where(times => times.Count > 0 && times[0] < from)
            .Select(times => (double)times.Count(time => time >= from && time < to))
            .ToList();
        var mean = counts.Average();
        Assert.True(counts.Average(count => (count - mean) * (count - mean)) > 2 * mean);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Orders_FollowTheYearTheWeekAndTheDay(int seed)
    {
        var times = Shops.Histories(seed).SelectMany(Shops.OrderTimes).Where(time => time >= Shops.End.AddDays(-365)).ToList();
        Assert.True(Count(time => time.Month is 11 or 12) / 61.0 > 1.5 * Count(time => time.Month is 1 or 2) / 59.0);
        Assert.True(Count(time => time.DayOfWeek is DayOfWeek.Sunday) > 1.1 * Count(time => time.DayOfWeek is DayOfWeek.Saturday));
        Assert.True(Count(time => time.Hour is >= 18 and < 22) > 10 * Count(time => time.Hour is >= 1 and < 5));

        int Count(Func<DateTimeOffset, bool> which) => times.Count(which);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Purchase_OutsideAStore_FollowsALookAtTheItem(int seed)
    {
        int inStore = 0, lines = 0;
        foreach (var history in Shops.Histories(seed))
        {
            var viewed = new Dictionary<string, DateTimeOffset>();
            foreach (var e in history.Select(e => e.Event))
            {
                switch (e.Type)
                {
                    case EventType.View:
                        viewed[e.Item!] = e.Timestamp;
                        break;
                    case EventType.Purchase:
                        lines++;
                        inStore += e.Channel == "store" ? 1 : 0;
                        Assert.True(e.Channel == "store" || e.Timestamp - viewed[e.Item!] < TimeSpan.FromHours(4), e.EventId);
                        break;
                }
            }
        }

        Assert.InRange(inStore / (double)lines, 0.01, 0.15);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void FirstPurchase_OftenComesAfterOtherVisits(int seed)
    {
        var hesitated = Shops.Histories(seed)
            .Where(history => Shops.OrderTimes(history).Count > 0)
            .Average(history => Shops.OrderTimes(history)[0] - history[0].Event.Timestamp > TimeSpan.FromDays(3) ? 1.0 : 0);
        Assert.InRange(hesitated, 0.4, 0.75);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Silence_ForetellsThatNoOrderComes(int seed)
    {
        var cutoff = Shops.End.AddDays(-180);
        var buyers = Shops.Histories(seed).Select(Shops.OrderTimes).Where(times => times.Count > 0 && times[0] <= cutoff).ToList();
        Assert.True(ShareComingBack(0, 45) > 2.5 * ShareComingBack(120, 1_000));

        double ShareComingBack(int atLeast, int atMost) => buyers
            .Where(times => (cutoff - times.Last(time => time <= cutoff)).TotalDays is var silent && silent >= atLeast && silent < atMost)
            .Average(times => times.Any(time => time > cutoff && time <= cutoff.AddDays(90)) ? 1.0 : 0);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Campaigns_AreOpenedAndClickedInTurn(int seed)
    {
        int sent = 0, opened = 0, clicked = 0;
        foreach (var history in Shops.Histories(seed))
        {
            var stage = new Dictionary<string, EventType>();
            foreach (var e in history.Select(e => e.Event).Where(e => e.Type is EventType.CampaignSent or EventType.CampaignOpened or EventType.CampaignClicked))
            {
                Assert.Equal(e.Type == EventType.CampaignSent ? EventType.None : e.Type - 1, stage.GetValueOrDefault(e.Item!));
                stage[e.Item!] = e.Type;
                _ = e.Type switch { EventType.CampaignSent => sent++, EventType.CampaignOpened => opened++, _ => clicked++ };
            }
        }

        Assert.InRange(opened / (double)sent, 0.15, 0.4);
        Assert.InRange(clicked / (double)opened, 0.15, 0.4);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void SomePairsOfItems_AreBoughtTogether_FarMoreOftenThanByChance(int seed)
    {
        var orders = Shops.Events(seed).Where(e => e.Event.Type == EventType.Purchase)
            .GroupBy(e => e.Event.OrderId!, e => e.Event.Item!).Select(lines => lines.Distinct().Order(StringComparer.Ordinal).ToList()).ToList();
        var single = orders.SelectMany(items => items).CountBy(item => item).ToDictionary();
        var pairs = orders.SelectMany(items => items.SelectMany((a, i) => items.Skip(i + 1).Select(b => (a, b)))).CountBy(pair => pair);
        var lifts = pairs.Where(pair => pair.Value >= 8)
            .Select(pair => pair.Value * (double)orders.Count / (single[pair.Key.a] * (double)single[pair.Key.b])).ToList();
        Assert.True(lifts.Count(lift => lift > 4) >= 20, $"{lifts.Count(lift => lift > 4)} pairs");
    }
}
