using System.Collections.Immutable;
using OrleansSeg.Events;

namespace OrleansSeg.Model.Features;

/// <summary>The hand-made features: recency, frequency, money, rhythm, browsing and campaigns, as of one instant.</summary>
/// <remarks>Raw values; NaN where a value does not exist, such as the mean gap of somebody who bought once. Windows are whole UTC days.
/// The date itself is no feature: with less than two years of history it does not tell a season from a trend, and models that had it
/// forecast the next quarter worse. The customer's own season a year ago is one.</remarks>
public static class AggregateFeatures
{
    /// <summary>Length of the window whose counterpart a year ago hints at the season to come, in days.</summary>
    public const int SeasonDays = 90;

    private const int YearDays = 365;
    private static readonly int[] Windows = [30, 90, 180, YearDays];

    /// <summary>Feature names in the order of <see cref="Compute"/>.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        "days_since_last_purchase", "days_since_first_purchase", "days_since_first_event", "days_since_last_event",
        "purchase_days", "purchase_days_30", "purchase_days_90", "purchase_days_180", "purchase_days_365",
        "spend", "spend_30", "spend_90", "spend_180", "spend_365",
        "spend_per_purchase_day", "spend_largest_day", "spend_last_day", "lines_per_purchase_day", "quantity_per_purchase_day",
        "gap_mean", "gap_deviation", "gap_last", "recency_over_gap", "purchase_days_per_month",
        "spend_trend_90", "season_purchase_days", "season_spend",
        "return_share", "returns_180",
        "browses_7", "browses_30", "browses_90", "days_since_last_browse",
        "campaigns_sent_90", "campaign_responses_90", "contacts_180", "rating_mean",
    ];

    /// <summary>Computes the features.</summary>
    /// <param name="aggregates">Facts up to <paramref name="asOf"/> and not later.</param>
    /// <param name="asOf">The instant the features describe.</param>
    /// <returns>(F) values in the order of <see cref="Names"/>.</returns>
    public static float[] Compute(LifetimeAggregates aggregates, DateTimeOffset asOf)
    {
        ArgumentNullException.ThrowIfNull(aggregates);
        var today = LifetimeAggregates.DayOf(asOf);
        var sums = new WindowSums(aggregates, today, Windows);
        var rhythm = PurchaseRhythm.Of(aggregates);
        var recency = DaysSince(aggregates.LastPurchase, asOf);

        // Of a season before the customer was first seen nothing is known, which is not the same as having bought nothing.
        var seasonKnown = DaysSince(aggregates.FirstEvent, asOf) > YearDays - SeasonDays;
        float[] values =
        [
            recency, DaysSince(aggregates.FirstPurchase, asOf), DaysSince(aggregates.FirstEvent, asOf), DaysSince(aggregates.LastEvent, asOf),
            aggregates.PurchaseDays, .. sums.PurchaseDays,
            (float)aggregates.Spend, .. sums.Spend,
            Ratio(aggregates.Spend, aggregates.PurchaseDays), rhythm.LargestDay, rhythm.LastDay,
            Ratio((float)aggregates.CountOf(EventType.Purchase), aggregates.PurchaseDays), Ratio(rhythm.Quantity, aggregates.PurchaseDays),
            rhythm.GapMean, rhythm.GapDeviation, rhythm.GapLast, recency / Math.Max(rhythm.GapMean, 1f),
            aggregates.PurchaseDays / Math.Max(1f, DaysSince(aggregates.FirstPurchase, asOf) / 30f),
            sums.Spend[1] - (sums.Spend[2] - sums.Spend[1]), seasonKnown ? sums.SeasonPurchaseDays : float.NaN, seasonKnown ? sums.SeasonSpend : float.NaN,
            Ratio(rhythm.Returned, (float)aggregates.Spend), sums.Returns180,
            sums.Browses7, sums.Browses30, sums.Browses90, sums.LastBrowseDay is { } browsed ? today - browsed : float.NaN,
            sums.CampaignsSent90, sums.CampaignResponses90, sums.Contacts180,
            Ratio((float)aggregates.RatingSum, aggregates.RatingCount),
        ];
        return values.Length == Names.Length
            ? values
            : throw new InvalidOperationException($"{values.Length} features for {Names.Length} names. This is a bug.");
    }

    private static float DaysSince(DateTimeOffset? time, DateTimeOffset asOf) =>
        time is { } known ? (float)Math.Max(0, (asOf - known).TotalDays) : float.NaN;

    private static float Ratio(decimal part, float whole) => Ratio((float)part, whole);

    private static float Ratio(float part, float whole) => whole > 0 ? part / whole : float.NaN;
}
