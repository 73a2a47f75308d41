using System.Collections.Immutable;

namespace OrleansSeg.Model.Inference;

/// <summary>How much more customers spend than the log spend that is expected of them says, by that log spend.</summary>
/// <remarks>
/// The head learns the mean of log(1 + spend) with all who spend nothing in it. Of who buys one time in ten its exponential is far below the mean
/// spend, of who buys each time it is not; one factor for both gives the best customers many times what they spend.
/// </remarks>
/// <param name="LogSpends">Log spends expected, ascending; between two the factor is interpolated, outside it is the nearest one's.</param>
/// <param name="Factors">The factor at each.</param>
public sealed record SpendFactors(ImmutableArray<double> LogSpends, ImmutableArray<double> Factors)
{
    private const int BinsMax = 12;
    private const int CustomersForEach = 100;

    /// <summary>Fits on equally many customers for each factor; null for too few.</summary>
    /// <param name="logSpends">(N) expected log(1 + spend).</param>
    /// <param name="spends">(N) what was spent.</param>
    internal static SpendFactors? Fit(IReadOnlyList<float> logSpends, IReadOnlyList<double> spends)
    {
        var count = Math.Min(BinsMax, logSpends.Count / CustomersForEach);
        if (count < 2)
        {
            return null;
        }

        var bins = logSpends.Zip(spends).OrderBy(pair => pair.First).Chunk((logSpends.Count + count - 1) / count)
            .Select(bin => (At: bin.Average(pair => (double)pair.First), Expected: bin.Sum(pair => Calibration.Spend(pair.First)), Spent: bin.Sum(pair => pair.Second)))
            .Where(bin => bin is { Expected: > 0, Spent: > 0 }).ToList();
        return bins.Count < 2 ? null : new SpendFactors([.. bins.Select(bin => bin.At)], [.. bins.Select(bin => bin.Spent / bin.Expected)]);
    }

    /// <summary>The factor at a log spend.</summary>
    public double At(double logSpend)
    {
        var above = LogSpends.Count(known => known < logSpend);
        if (above is 0 || above == LogSpends.Length)
        {
            return Factors[Math.Min(above, LogSpends.Length - 1)];
        }

        var share = (logSpend - LogSpends[above - 1]) / (LogSpends[above] - LogSpends[above - 1]);
        return Factors[above - 1] + (share * (Factors[above] - Factors[above - 1]));
    }

    /// <summary>Whether the parts fit each other and are finite: false for a damaged file.</summary>
    internal bool IsWhole() => !LogSpends.IsDefaultOrEmpty && !Factors.IsDefault && LogSpends.Length == Factors.Length
        && LogSpends.All(double.IsFinite) && Factors.All(double.IsFinite);
}
