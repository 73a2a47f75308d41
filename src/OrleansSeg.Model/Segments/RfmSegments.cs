using System.Collections.Immutable;

namespace OrleansSeg.Model.Segments;

/// <summary>The RFM scheme: the named segment that a customer will be in at the end of the horizon.</summary>
/// <remarks>
/// What a customer is now is a look-up of three numbers that needs no model; where the customer will stand is what a campaign of today can
/// still change. Scores are quintiles of customers who bought within the year (<see cref="RfmQuantiles"/>); frequency and money count
/// together, as in the usual grids of recency against both (Hughes 1994, Strategic Database Marketing, has the quintiles; the names are the trade's).
/// </remarks>
public static class RfmSegments
{
    /// <summary>Bought lately, often and for much.</summary>
    public const string Champions = "champions";

    /// <summary>Bought not long ago, and often or for much.</summary>
    public const string Loyal = "loyal";

    /// <summary>Bought lately, seldom and for little.</summary>
    public const string Recent = "recent";

    /// <summary>In the middle of everything.</summary>
    public const string NeedsAttention = "needs_attention";

    /// <summary>Seldom, for little, and some time ago.</summary>
    public const string AboutToSleep = "about_to_sleep";

    /// <summary>Bought often or for much, and has not for long.</summary>
    public const string AtRisk = "at_risk";

    /// <summary>Seldom, for little, and not for long.</summary>
    public const string Hibernating = "hibernating";

    /// <summary>Bought once, but not within the last year.</summary>
    public const string Lost = "lost";

    /// <summary>Never bought.</summary>
    public const string NoPurchase = "no_purchase";

    private const int HighFrom = 8;
    private const int MiddleFrom = 5;

    // Recency reaches the model as single-precision days; this close to an edge both sides are held possible.
    private const double SlackDays = 0.02;

    /// <summary>All labels, in the order in which schemes list them.</summary>
    public static ImmutableArray<string> All { get; } =
        [Champions, Loyal, Recent, NeedsAttention, AboutToSleep, AtRisk, Hibernating, Lost, NoPurchase];

    /// <summary>The segment of a state.</summary>
    public static string Of(RfmState state, RfmQuantiles quantiles)
    {
        ArgumentNullException.ThrowIfNull(quantiles);
        if (double.IsNaN(state.RecencyDays))
        {
            return NoPurchase;
        }

        if (state.RecencyDays > RfmState.Period.TotalDays)
        {
            return Lost;
        }

        var worth = quantiles.FrequencyScore(state.PurchaseDays) + quantiles.MoneyScore(state.Spend);
        return (quantiles.RecencyScore(state.RecencyDays), worth) switch
        {
            ( >= 4, >= HighFrom) => Champions,
            ( >= 4, >= MiddleFrom) or (3, >= HighFrom) => Loyal,
            ( >= 4, _) => Recent,
            (3, >= MiddleFrom) => NeedsAttention,
            (3, _) => AboutToSleep,
            (_, >= MiddleFrom) => AtRisk,
            _ => Hibernating,
        };
    }

    /// <summary>Whether a customer can be in a segment at the end of the horizon: who buys no more is as far from the last purchase as one can be then.</summary>
    /// <param name="label">The segment.</param>
    /// <param name="now">The state as the horizon begins.</param>
    /// <param name="horizon">The horizon.</param>
    /// <param name="quantiles">Where scores change.</param>
    internal static bool IsPossible(string label, RfmState now, TimeSpan horizon, RfmQuantiles quantiles)
    {
        if (double.IsNaN(now.RecencyDays))
        {
            return true;
        }

        var latest = now.RecencyDays + horizon.TotalDays + SlackDays;
        var least = quantiles.RecencyScore(latest);
        return label switch
        {
            NoPurchase => false,
            Lost => latest > RfmState.Period.TotalDays,
            AtRisk or Hibernating => least < 3,
            NeedsAttention or AboutToSleep => least <= 3,
            _ => true,
        };
    }
}
