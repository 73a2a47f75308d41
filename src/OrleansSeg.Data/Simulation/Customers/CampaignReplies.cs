using OrleansSeg.Data.Simulation.Assortment;
using OrleansSeg.Data.Simulation.Campaigns;
using OrleansSeg.Data.Simulation.Chance;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Simulation.Customers;

/// <summary>Campaign messages to one customer: who has turned away hardly opens them, and may unsubscribe.</summary>
internal sealed class CampaignReplies(Shop shop, CustomerTraits traits, ShopVisit visit, EventJournal journal, RandomStream random)
{
    private const double OpenShare = 0.38;
    private const double OpenShareWhenGone = 0.06;
    private const double ClickShare = 0.3;
    private const double ClickShareWhenGone = 0.08;
    private const double UnsubscribeShareWhenGone = 0.05;

    /// <summary>Receives every campaign sent after the arrival; returns the times of clicks.</summary>
    /// <param name="arrived">Calendar day of the arrival.</param>
    /// <param name="leaves">Calendar day on which the customer turns away.</param>
    public IReadOnlyList<DateTimeOffset> Receive(double arrived, double leaves)
    {
        var clicks = new List<DateTimeOffset>();
        if (!traits.AcceptsCampaigns)
        {
            return clicks;
        }

        foreach (var campaign in shop.Campaigns.All.Where(campaign => campaign.Day > arrived + 1))
        {
            var gone = campaign.Day > leaves;
            if (gone && random.Chance(UnsubscribeShareWhenGone))
            {
                break;
            }

            if (Receive(campaign, gone) is { } click)
            {
                clicks.Add(click);
            }
        }

        return clicks;
    }

    private DateTimeOffset? Receive(Campaign campaign, bool gone)
    {
        var time = shop.At(campaign.Day, TimeSpan.FromSeconds((7 * 3_600) + random.Whole(3_600)));
        Note(EventType.CampaignSent, campaign, time);
        if (!random.Chance(Math.Min(0.95, traits.Openness * (gone ? OpenShareWhenGone : OpenShare))))
        {
            return null;
        }

        time += TimeSpan.FromSeconds(Math.Floor(60 + random.Exponential(18_000)));
        Note(EventType.CampaignOpened, campaign, time);
        if (!random.Chance(gone ? ClickShareWhenGone : ClickShare))
        {
            return null;
        }

        time += TimeSpan.FromSeconds(random.Whole(5, 90));
        Note(EventType.CampaignClicked, campaign, time);
        visit.Browse(time + TimeSpan.FromSeconds(2), category: campaign.Category);
        return time;
    }

    private void Note(EventType type, Campaign campaign, DateTimeOffset time) => journal.Add(new BehaviourEvent
    {
        EventId = "",
        Type = type,
        Timestamp = time,
        Item = campaign.Code,
        Category = ShopCategories.All[campaign.Category].Name,
        Channel = "e-mail",
        Text = campaign.Subject,
    });
}
