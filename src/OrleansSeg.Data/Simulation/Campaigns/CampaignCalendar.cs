using System.Globalization;
using OrleansSeg.Data.Simulation.Assortment;
using OrleansSeg.Data.Simulation.Chance;
using OrleansSeg.Data.Simulation.Seasons;

namespace OrleansSeg.Data.Simulation.Campaigns;

/// <summary>The shop's campaigns: one every three weeks, about a shelf that is in season.</summary>
internal sealed class CampaignCalendar
{
    private const int FirstDay = 9;
    private const int DaysBetween = 21;
    private const int SaleDays = 7;
    private static readonly int[] Discounts = [0, 0, 10, 15, 20, 25];

    private static readonly string[] PlainSubjects =
    [
        "New on our {0} shelf", "Ten {0} ideas for the weekend", "What everybody buys from {0} this month", "Just in: more for {0}",
    ];

    private static readonly string[] SaleSubjects =
    [
        "{1} % off {0} until Sunday", "A week of {0} at {1} % less", "For you: {1} % off everything in {0}", "Last chance: {0} reduced by {1} %",
    ];

    /// <summary>Plans the campaigns.</summary>
    public CampaignCalendar(ShopOptions options, SeasonClock clock)
    {
        var random = new RandomStream((ulong)options.Seed, RandomStream.Word(options.Site), RandomStream.Word("campaigns"));
        var campaigns = new List<Campaign>();
        for (var day = FirstDay; day < clock.Days; day += DaysBetween)
        {
            campaigns.Add(Plan(day, clock.Start.AddDays(day), random));
        }

        All = campaigns;
    }

    /// <summary>All campaigns, oldest first.</summary>
    public IReadOnlyList<Campaign> All { get; }

    /// <summary>What a shelf is reduced by on a day, in percent.</summary>
    public int DiscountOn(int category, double day)
    {
        var latest = (int)Math.Floor((day - FirstDay) / DaysBetween);
        return latest >= 0 && latest < All.Count && All[latest] is var campaign && campaign.Category == category && day < campaign.Day + SaleDays
            ? campaign.DiscountPercent
            : 0;
    }

    private static Campaign Plan(int day, DateTimeOffset date, RandomStream random)
    {
        var category = random.Weighted(ShopCategories.All.Select(shelf => shelf.Months[date.Month - 1] * shelf.Popularity).ToArray());
        var discount = random.Pick(Discounts);
        var name = ShopCategories.All[category].Name.ToLowerInvariant();
        var subject = string.Format(CultureInfo.InvariantCulture, random.Pick(discount == 0 ? PlainSubjects : SaleSubjects), name, discount);
        return new Campaign(date.ToString("'CMP-'yyyyMMdd", CultureInfo.InvariantCulture), day, category, discount, subject);
    }
}
