using OrleansSeg.Model.Federation.Fitting;

namespace OrleansSeg.Model.Federation.Drift;

/// <summary>The population stability index: Σ (q − p) ln(q / p) over the shares of a population then (p) and now (q). 0 for no change.</summary>
/// <remarks>
/// Usual reading, of credit scoring (Siddiqi 2006): below 0.1 stable, above 0.25 another population. A share of 0 counts as half a member. It is
/// about (B − 1) (1/n + 1/m) for B shares of two draws of n and m from one population, so small populations never look still.
/// </remarks>
public static class PopulationStability
{
    private const int Shares = 10;
    private const double EmptyCount = 0.5;

    /// <summary>Of counts by kind.</summary>
    /// <param name="then">(B) counts of the earlier population.</param>
    /// <param name="now">(B) counts of the later one.</param>
    /// <returns>NaN when one of them is empty.</returns>
    public static double Of(IReadOnlyList<long> then, IReadOnlyList<long> now)
    {
        ArgumentNullException.ThrowIfNull(then);
        ArgumentNullException.ThrowIfNull(now);
        ArgumentOutOfRangeException.ThrowIfNotEqual(now.Count, then.Count, nameof(now));
        var (thenTotal, nowTotal) = (then.Sum(), now.Sum());
        return thenTotal == 0 || nowTotal == 0
            ? double.NaN
            : then.Zip(now).Where(pair => pair.First + pair.Second > 0).Sum(pair => Term(Share(pair.First, thenTotal), Share(pair.Second, nowTotal)));
    }

    /// <summary>Of a number, in tenths of the earlier population; those without the number are a share of their own.</summary>
    /// <param name="then">The earlier population.</param>
    /// <param name="thenMissing">Its members without the number.</param>
    /// <param name="now">The later one.</param>
    /// <param name="nowMissing">Its members without the number.</param>
    public static double Of(Histogram then, long thenMissing, Histogram now, long nowMissing)
    {
        ArgumentNullException.ThrowIfNull(then);
        ArgumentNullException.ThrowIfNull(now);
        var edges = then.Total == 0
            ? []
            : Enumerable.Range(1, Shares - 1).Select(tenth => then.BinAt(then.Total * tenth / Shares)).Distinct().ToArray();
        return Of([.. Counts(then, edges), thenMissing], [.. Counts(now, edges), nowMissing]);
    }

    private static IEnumerable<long> Counts(Histogram histogram, int[] edges)
    {
        var above = histogram.Total;
        foreach (var edge in edges)
        {
            var from = histogram.CountFrom(edge);
            yield return above - from;
            above = from;
        }

        yield return above;
    }

    private static double Share(long count, long total) => Math.Max(count, EmptyCount) / total;

    private static double Term(double then, double now) => (now - then) * Math.Log(now / then);
}
