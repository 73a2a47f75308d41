using OrleansSeg.Events;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Inference;

/// <summary>Features and steps in words a marketer reads, values as text.</summary>
internal static class FactorNames
{
    private const int TextLengthMax = 80;

    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["days_since_last_purchase"] = "days since the last purchase",
        ["days_since_first_purchase"] = "days since the first purchase",
        ["days_since_first_event"] = "days since first seen",
        ["days_since_last_event"] = "days since last seen",
        ["purchase_days"] = "days with a purchase",
        ["purchase_days_30"] = "days with a purchase in the last 30 days",
        ["purchase_days_90"] = "days with a purchase in the last 90 days",
        ["purchase_days_180"] = "days with a purchase in the last 180 days",
        ["purchase_days_365"] = "days with a purchase in the last year",
        ["spend"] = "spend so far",
        ["spend_30"] = "spend in the last 30 days",
        ["spend_90"] = "spend in the last 90 days",
        ["spend_180"] = "spend in the last 180 days",
        ["spend_365"] = "spend in the last year",
        ["spend_per_purchase_day"] = "spend on an average day with a purchase",
        ["spend_largest_day"] = "spend on the best day",
        ["spend_last_day"] = "spend on the last day with a purchase",
        ["lines_per_purchase_day"] = "order lines on an average day with a purchase",
        ["quantity_per_purchase_day"] = "units on an average day with a purchase",
        ["gap_mean"] = "average days between purchases",
        ["gap_deviation"] = "how much the days between purchases vary",
        ["gap_last"] = "days between the last two purchases",
        ["recency_over_gap"] = "time since the last purchase over the usual gap",
        ["purchase_days_per_month"] = "days with a purchase per month",
        ["spend_trend_90"] = "spend in the last 90 days against the 90 before",
        ["season_purchase_days"] = "days with a purchase in this season a year ago",
        ["season_spend"] = "spend in this season a year ago",
        ["return_share"] = "share of spend sent back",
        ["returns_180"] = "returns in the last 180 days",
        ["browses_7"] = "visits and searches in the last 7 days",
        ["browses_30"] = "visits and searches in the last 30 days",
        ["browses_90"] = "visits and searches in the last 90 days",
        ["days_since_last_browse"] = "days since the last visit",
        ["campaigns_sent_90"] = "campaign messages in the last 90 days",
        ["campaign_responses_90"] = "campaign messages opened or followed in the last 90 days",
        ["contacts_180"] = "reviews and messages in the last 180 days",
        ["rating_mean"] = "average rating given",
    };

    /// <summary>The words of a feature.</summary>
    public static string OfFeature(string feature) => Words.GetValueOrDefault(feature, feature);

    /// <summary>The value of a feature as text; <c>none</c> where it does not exist.</summary>
    public static string ValueOf(string feature, CustomerInput input)
    {
        var value = input.Aggregates[AggregateFeatures.Names.IndexOf(feature)];
        return float.IsFinite(value) ? value.ToString("#,0.##") : "none";
    }

    /// <summary>The words of a step.</summary>
    public static string OfStep(SequenceToken step) => $"{Kind(step.Type)} on {step.Timestamp.UtcDateTime:yyyy-MM-dd}";

    /// <summary>The words of all steps of one type.</summary>
    public static string OfSteps(EventType type) => type switch
    {
        EventType.Purchase => "recent purchases, one by one",
        EventType.Return => "recent returns, one by one",
        _ => $"recent days with: {Kind(type)}",
    };

    /// <summary>What happened in a step.</summary>
    public static string ValueOf(SequenceToken step)
    {
        var parts = new List<string> { step.EventCount == 1 ? "1 event" : $"{step.EventCount} events" };
        if (step.Amount > 0)
        {
            parts.Add($"amount {step.Amount:#,0.##}");
        }

        if (float.IsFinite(step.Rating))
        {
            parts.Add($"rating {step.Rating:0.#}");
        }

        parts.AddRange(step.Texts.Length > 0 ? step.Texts.Take(2).Select(Shortened) : step.Category is { } category ? [category] : []);
        return string.Join(", ", parts);
    }

    // A support message may have 16 KiB; an explanation names it.
    private static string Shortened(string text) => text.Length <= TextLengthMax ? text : $"{TextStart.Of(text, TextLengthMax)}…";

    private static string Kind(EventType type) => type switch
    {
        EventType.View => "views",
        EventType.Search => "searches",
        EventType.AddToCart => "items put in the cart",
        EventType.RemoveFromCart => "items taken out of the cart",
        EventType.Purchase => "purchase",
        EventType.Return => "return",
        EventType.Review => "review",
        EventType.Social => "social post",
        EventType.CampaignSent => "campaign message",
        EventType.CampaignOpened => "campaign message opened",
        EventType.CampaignClicked => "campaign link followed",
        EventType.SupportMessage => "support message",
        _ => "event",
    };
}
