using System.Collections.Immutable;

namespace OrleansSeg.Model.Segments;

/// <summary>The default scheme's segments and the rule that labels an example by what happened after its cutoff.</summary>
public static class PredictiveLabels
{
    /// <summary>Never bought, does not buy.</summary>
    public const string Browser = "browser";

    /// <summary>Never bought, buys.</summary>
    public const string Prospect = "prospect";

    /// <summary>Bought before, does not buy again.</summary>
    public const string Lapsing = "lapsing";

    /// <summary>Spends at or above the threshold.</summary>
    public const string HighValue = "high_value";

    /// <summary>First bought at most <see cref="NewCustomerDays"/> ago, buys again.</summary>
    public const string Promising = "promising";

    /// <summary>Buys on at least two separate days.</summary>
    public const string Loyal = "loyal";

    /// <summary>Everyone else who buys.</summary>
    public const string Occasional = "occasional";

    /// <summary>How long a customer is new, in days.</summary>
    public const int NewCustomerDays = 30;

    /// <summary>Share of spenders below the high-value threshold.</summary>
    public const double HighValueQuantile = 0.8;

    /// <summary>All labels, in the order in which schemes list them.</summary>
    public static ImmutableArray<string> All { get; } = [Browser, Prospect, Lapsing, HighValue, Promising, Loyal, Occasional];

    /// <summary>The label of one example; the first rule that matches wins.</summary>
    /// <param name="hasPurchased">Whether the history holds a purchase.</param>
    /// <param name="newCustomer">Whether the first purchase lies at most <see cref="NewCustomerDays"/> before the cutoff.</param>
    /// <param name="futureDays">Distinct UTC days with a purchase in the horizon.</param>
    /// <param name="futureSpend">Gross spend in the horizon.</param>
    /// <param name="highValueThreshold">Spend from which a spender is of high value.</param>
    public static string Of(bool hasPurchased, bool newCustomer, int futureDays, decimal futureSpend, decimal highValueThreshold) =>
        (hasPurchased, futureDays) switch
        {
            (false, 0) => Browser,
            (false, _) => Prospect,
            (true, 0) => Lapsing,
            _ when futureSpend >= highValueThreshold => HighValue,
            _ when newCustomer => Promising,
            (_, >= 2) => Loyal,
            _ => Occasional,
        };
}
