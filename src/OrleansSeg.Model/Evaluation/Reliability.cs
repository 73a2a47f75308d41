namespace OrleansSeg.Model.Evaluation;

/// <summary>What was forecast beside what came, in bins of forecast probability.</summary>
/// <remarks>DeGroot and Fienberg 1983, The comparison and evaluation of forecasters; 15 bins of one width.</remarks>
internal static class Reliability
{
    /// <summary>Bins between 0 and 1.</summary>
    public const int BinCount = 15;

    /// <summary>The bin of a probability; the last one includes 1.</summary>
    public static int BinOf(double probability) => Math.Clamp((int)(probability * BinCount), 0, BinCount - 1);

    /// <summary>Bins that hold anything, ascending.</summary>
    /// <param name="probabilities">(N) forecast probabilities of an event.</param>
    /// <param name="hits">(N) whether it came.</param>
    public static IReadOnlyList<ReliabilityBin> Bins(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> hits)
    {
        var bins = Count(probabilities, hits, []);
        return [.. Enumerable.Range(0, BinCount).Where(bin => bins[bin].Count > 0).Select(bin =>
        {
            var (forecast, came, count) = bins[bin];
            var (low, high) = Wilson(came, count);
            return new ReliabilityBin((double)bin / BinCount, (bin + 1.0) / BinCount, (int)count, forecast / count, came / count, low, high);
        })];
    }

    /// <summary>Expected calibration error: the mean distance of forecast and observed share, weighed by the bins' counts.</summary>
    /// <param name="probabilities">(N) forecast probabilities of an event.</param>
    /// <param name="hits">(N) whether it came.</param>
    /// <param name="weights">(N) how often each item counts; empty for once.</param>
    /// <returns>NaN without items.</returns>
    public static double Error(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> hits, ReadOnlySpan<int> weights)
    {
        var bins = Count(probabilities, hits, weights);
        return bins.Sum(bin => Math.Abs(bin.Forecast - bin.Came)) / bins.Sum(bin => bin.Count);
    }

    private static (double Forecast, double Came, double Count)[] Count(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> hits, ReadOnlySpan<int> weights)
    {
        var bins = new (double Forecast, double Came, double Count)[BinCount];
        for (var i = 0; i < probabilities.Length; i++)
        {
            var (bin, weight) = (BinOf(probabilities[i]), weights.IsEmpty ? 1 : weights[i]);
            bins[bin].Forecast += weight * probabilities[i];
            bins[bin].Came += hits[i] ? weight : 0;
            bins[bin].Count += weight;
        }

        return bins;
    }

    // Wilson 1927: unlike the normal interval it stays within 0 and 1, and has a width where all or none came.
    private static (double Low, double High) Wilson(double hits, double count)
    {
        const double Z = 1.959964;
        var (share, square) = (hits / count, Z * Z / count);
        var middle = (share + (square / 2)) / (1 + square);
        var half = Z / (1 + square) * Math.Sqrt((share * (1 - share) / count) + (square / (4 * count)));
        return (Math.Max(0, middle - half), Math.Min(1, middle + half));
    }
}

/// <summary>Forecasts of about one probability.</summary>
/// <param name="From">Least probability, included.</param>
/// <param name="To">Greatest probability, excluded but for 1.</param>
/// <param name="Count">Forecasts.</param>
/// <param name="Forecast">Their mean probability.</param>
/// <param name="Observed">The share of them in which it came.</param>
/// <param name="ObservedLow">Low end of the share's 95 % interval, after Wilson.</param>
/// <param name="ObservedHigh">High end of it.</param>
public sealed record ReliabilityBin(double From, double To, int Count, double Forecast, double Observed, double ObservedLow, double ObservedHigh);
