using System.Collections.Immutable;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Inference;

/// <summary>The interval in which a past buyer's spend over the horizon lies with a stated probability, whatever the network got wrong.</summary>
/// <remarks>
/// Distributional conformal prediction (Chernozhukov, Wüthrich and Zhu 2021, arXiv:1909.07889), split: one half of the validation customers shapes the
/// distribution, the other half says how much of it is needed. The distribution is the customer's own: nothing with the churn probability c, else the
/// expected spend of a buyer times a ratio drawn from what such buyers spent over what was expected of them. An interval of mass β leaves out
/// as much above as below; where more than half of what is left out is the chance of nothing, it begins at nothing and ends at the quantile β, or at 1 - c
/// if that is higher, so that intervals of more mass contain those of less.
/// </remarks>
/// <param name="Coverage">Share of customers whose spend is to lie within.</param>
/// <param name="Masses">Mass (β) of the intervals that held this share of the second half, in each of the groups by expected spend (Mondrian: Vovk 2012, arXiv:1209.2673).</param>
/// <param name="Groups">Expected spends at which the groups change, ascending, one fewer than <paramref name="Masses"/>.</param>
/// <param name="Edges">Expected spends of a buyer at which the ratios change, ascending, one fewer than <paramref name="Ratios"/>.</param>
/// <param name="Ratios">Quantiles of the ratio at evenly spaced levels from 0 to 1, for small expected spends first.</param>
public sealed record SpendInterval(
    double Coverage, ImmutableArray<double> Masses, ImmutableArray<double> Groups, ImmutableArray<double> Edges, ImmutableArray<ImmutableArray<double>> Ratios)
{
    /// <summary>The share that intervals are fitted for.</summary>
    public const double DefaultCoverage = 0.8;

    private const int LevelCount = 41;
    private const int SpendersMin = 30;
    private const int SpendersForEach = 80;
    private const int BinsMax = 4;
    private const int GroupsMax = 5;
    private const int BuyersForEach = 100;
    private const double ChurnMax = 0.999;
    private const double SpendMin = 1e-3;

    /// <summary>Lowest and highest spend.</summary>
    /// <param name="churn">Probability of no purchase.</param>
    /// <param name="expected">Expected spend.</param>
    public (float Low, float High) Of(double churn, double expected)
    {
        var (c, buyer) = Parts(churn, expected);
        var mass = Masses[Groups.Count(edge => expected >= edge)];
        var isOpen = c >= (1 - mass) / 2;
        var (low, high) = isOpen ? (0, Math.Max(mass, 1 - c)) : ((1 - mass) / 2, (1 + mass) / 2);
        return ((float)Quantile(low, c, buyer), (float)Quantile(high, c, buyer));
    }

    /// <summary>Fits; null where too few of the customers bought.</summary>
    /// <param name="forecasts">(N) calibrated forecasts.</param>
    /// <param name="truths">(N) what came.</param>
    internal static SpendInterval? Fit(IReadOnlyList<Forecast> forecasts, IReadOnlyList<Example> truths)
    {
        var buyers = forecasts.Zip(truths).Where(pair => pair.Second.HasPurchased).OrderBy(pair => StableHash.Of(pair.Second.CustomerId, 0)).ToList();
        var shaping = buyers.Where((_, i) => i % 2 == 0)
            .Select(pair => (Parts(pair.First.Churn, pair.First.ExpectedSpend).Buyer, pair.Second.FutureSpend)).Where(pair => pair.FutureSpend > 0).OrderBy(pair => pair.Buyer).ToList();
        if (shaping.Count < SpendersMin)
        {
            return null;
        }

        var bins = shaping.Chunk((shaping.Count + BinsOf(shaping.Count) - 1) / BinsOf(shaping.Count)).ToList();
        var shape = new SpendInterval(
            DefaultCoverage, [1], [], [.. bins.Skip(1).Select(bin => bin[0].Buyer)], [.. bins.Select(bin => Levels([.. bin.Select(pair => pair.FutureSpend / pair.Buyer).Order()]))]);
        var needed = buyers.Where((_, i) => i % 2 == 1).OrderBy(pair => pair.First.ExpectedSpend)
            .Select(pair => (Expected: (double)pair.First.ExpectedSpend, Mass: shape.MassFor(pair.First.Churn, pair.First.ExpectedSpend, pair.Second.FutureSpend))).ToList();
        var count = Math.Clamp(needed.Count / BuyersForEach, 1, GroupsMax);
        var groups = needed.Chunk((needed.Count + count - 1) / count).ToList();
        return shape with { Masses = [.. groups.Select(group => MassOf([.. group.Select(one => one.Mass).Order()]))], Groups = [.. groups.Skip(1).Select(group => group[0].Expected)] };
    }

    /// <summary>The least mass of an interval that holds a spend.</summary>
    internal double MassFor(double churn, double expected, double spend)
    {
        var (c, buyer) = Parts(churn, expected);
        if (spend <= 0)
        {
            return Math.Max(0, 1 - (2 * c));
        }

        var level = c + ((1 - c) * LevelOf(spend / buyer, RatiosOf(buyer)));
        return level >= 1 - c ? level : Math.Abs((2 * level) - 1);
    }

    /// <summary>Whether the parts fit each other and are finite: false for a damaged file.</summary>
    internal bool IsWhole() => !Edges.IsDefault && !Ratios.IsDefaultOrEmpty && Edges.Length == Ratios.Length - 1
        && !Masses.IsDefaultOrEmpty && !Groups.IsDefault && Groups.Length == Masses.Length - 1 && Masses.All(mass => mass is >= 0 and <= 1) && Groups.All(double.IsFinite)
        && Edges.All(double.IsFinite) && Ratios.All(bin => !bin.IsDefault && bin.Length == LevelCount && bin.All(double.IsFinite));

    private static double MassOf(double[] sorted)
    {
        var rank = (int)Math.Ceiling((sorted.Length + 1) * DefaultCoverage);
        return rank > sorted.Length ? 1 : sorted[rank - 1];
    }

    private static int BinsOf(int spenders) => Math.Clamp(spenders / SpendersForEach, 1, BinsMax);

    private static (double Churn, double Buyer) Parts(double churn, double expected)
    {
        var c = Math.Clamp(churn, 0, ChurnMax);
        return (c, Math.Max(SpendMin, expected) / (1 - c));
    }

    private double Quantile(double level, double churn, double buyer)
    {
        if (level <= churn)
        {
            return 0;
        }

        var (ratios, place) = (RatiosOf(buyer), (level - churn) / (1 - churn) * (LevelCount - 1));
        var below = Math.Min((int)place, LevelCount - 2);
        return buyer * (ratios[below] + ((place - below) * (ratios[below + 1] - ratios[below])));
    }

    private ImmutableArray<double> RatiosOf(double buyer) => Ratios[Edges.Count(edge => buyer >= edge)];

    private static double LevelOf(double ratio, ImmutableArray<double> ratios)
    {
        var above = 0;
        for (; above < LevelCount && ratios[above] < ratio; above++)
        {
        }

        if (above is 0 or LevelCount)
        {
            return above == 0 ? 0 : 1;
        }

        var step = ratios[above] - ratios[above - 1];
        return (above - 1 + (step > 0 ? (ratio - ratios[above - 1]) / step : 1)) / (LevelCount - 1);
    }

    private static ImmutableArray<double> Levels(double[] sorted) => [.. Enumerable.Range(0, LevelCount).Select(level =>
    {
        var place = level / (LevelCount - 1.0) * (sorted.Length - 1);
        var below = Math.Min((int)place, Math.Max(0, sorted.Length - 2));
        return sorted[below] + ((place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    })];
}
