using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Evaluation.Baselines.BuyTillYouDie;

/// <summary>One buyer as these models see it, in weeks: the first purchase day opens the account, later ones are repeats.</summary>
/// <param name="Repeats">Purchase days after the first (x).</param>
/// <param name="LastRepeat">Weeks from the first purchase to the last (t_x), 0 without a repeat.</param>
/// <param name="Age">Weeks from the first purchase to now (T).</param>
/// <param name="MeanSpend">Mean spend of a purchase day, in the site's currency.</param>
public readonly record struct PurchaseSummary(double Repeats, double LastRepeat, double Age, double MeanSpend)
{
    private const double DaysInAWeek = 7;
    private static readonly int PurchaseDays = AggregateFeatures.Names.IndexOf("purchase_days");
    private static readonly int SinceFirst = AggregateFeatures.Names.IndexOf("days_since_first_purchase");
    private static readonly int SinceLast = AggregateFeatures.Names.IndexOf("days_since_last_purchase");
    private static readonly int Spend = AggregateFeatures.Names.IndexOf("spend");

    /// <summary>As of the instant that an input describes; null for who never bought.</summary>
    public static PurchaseSummary? Of(CustomerInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var days = input.Aggregates[PurchaseDays];
        if (days < 1)
        {
            return null;
        }

        var (age, recency) = (input.Aggregates[SinceFirst], input.Aggregates[SinceLast]);
        return new PurchaseSummary(days - 1, days > 1 ? Math.Max(0, age - recency) / DaysInAWeek : 0, age / DaysInAWeek, input.Aggregates[Spend] / days);
    }

    /// <summary>A span in the unit of these models.</summary>
    public static double Weeks(TimeSpan span) => span.TotalDays / DaysInAWeek;
}
