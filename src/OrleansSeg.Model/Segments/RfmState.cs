using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Segments;

/// <summary>Recency, frequency and money of one customer at one instant, over the year before it.</summary>
/// <param name="RecencyDays">Days since the last purchase; NaN for who never bought.</param>
/// <param name="PurchaseDays">Distinct UTC days with a purchase in the year.</param>
/// <param name="Spend">Gross spend in the year, in the site's currency.</param>
public readonly record struct RfmState(double RecencyDays, int PurchaseDays, double Spend)
{
    /// <summary>How far back frequency and money look.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromDays(365);

    private static readonly int Recency = AggregateFeatures.Names.IndexOf("days_since_last_purchase");
    private static readonly int Days = AggregateFeatures.Names.IndexOf("purchase_days_365");
    private static readonly int Money = AggregateFeatures.Names.IndexOf("spend_365");

    /// <summary>As of the instant that an input describes; its windows are whole UTC days.</summary>
    public static RfmState Of(CustomerInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new RfmState(input.Aggregates[Recency], (int)input.Aggregates[Days], input.Aggregates[Money]);
    }
}
