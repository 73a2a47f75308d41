namespace OrleansSeg.Model.Evaluation;

/// <summary>Which share of something is found among the customers that a score ranks first.</summary>
/// <remarks>Customers of one score are taken as if in random order: what they have is spread evenly over their places.</remarks>
internal sealed class GainCurve
{
    private readonly double[] _sorted;
    private readonly int[] _order;
    private readonly double[] _values;

    /// <summary>Ranks once; re-weighing is cheap.</summary>
    /// <param name="scores">(N) scores.</param>
    /// <param name="values">(N) what each has, at least 0: 1 for one who lapses, or an amount.</param>
    public GainCurve(IEnumerable<double> scores, IEnumerable<double> values)
    {
        _sorted = [.. scores];
        _values = [.. values];
        _order = [.. Enumerable.Range(0, _sorted.Length)];
        Array.Sort(_sorted, _order);
    }

    /// <summary>Shares of the customers that the curve is reported at: every twentieth.</summary>
    public static IReadOnlyList<double> Shares { get; } = [.. Enumerable.Range(1, 20).Select(step => step / 20.0)];

    /// <summary>The share of customers that is called the top decile.</summary>
    public static double TopDecile => 0.1;

    /// <summary>The share of all values that the highest scores have.</summary>
    /// <param name="share">Which share of the customers is taken, above 0 and at most 1.</param>
    /// <param name="weights">(N) how often each customer counts; empty for once.</param>
    /// <returns>NaN where nobody has anything.</returns>
    public double Captured(double share, ReadOnlySpan<int> weights) => Captured([share], weights)[0];

    /// <summary>As <see cref="Captured(double, ReadOnlySpan{int})"/>, for ascending shares in one pass.</summary>
    public double[] Captured(IReadOnlyList<double> shares, ReadOnlySpan<int> weights)
    {
        var (count, total) = Totals(weights);
        var gains = new double[shares.Count];
        double taken = 0, found = 0;
        var next = 0;
        for (var i = _sorted.Length - 1; i >= 0 && next < gains.Length;)
        {
            double tied = 0, value = 0;
            var score = _sorted[i];
            for (; i >= 0 && _sorted[i] == score; i--)
            {
                var weight = weights.IsEmpty ? 1 : weights[_order[i]];
                tied += weight;
                value += weight * _values[_order[i]];
            }

            for (; next < gains.Length && tied > 0 && (shares[next] * count) <= taken + tied + 1e-9; next++)
            {
                gains[next] = (found + (value * ((shares[next] * count) - taken) / tied)) / total;
            }

            (taken, found) = (taken + tied, found + value);
        }

        return total > 0 ? gains : Array.ConvertAll(gains, _ => double.NaN);
    }

    /// <summary>The curve as reports show it.</summary>
    /// <param name="resamples">(R) what <see cref="Captured(IReadOnlyList{double}, ReadOnlySpan{int})"/> gave for the resampled customers; none for no intervals.</param>
    /// <returns>Null where nobody has anything.</returns>
    public IReadOnlyList<GainPoint>? ToPoints(IReadOnlyList<double[]> resamples)
    {
        var gains = Captured(Shares, []);
        return gains.Length == 0 || double.IsNaN(gains[0]) ? null : [.. Shares.Select((share, i) =>
        {
            var interval = resamples.Count == 0 ? null : Bootstrap.Interval(resamples.Select(resample => resample[i]));
            return new GainPoint(share, gains[i], gains[i] / share, interval?[0], interval?[1]);
        })];
    }

    private (double Count, double Total) Totals(ReadOnlySpan<int> weights)
    {
        double count = 0, total = 0;
        for (var i = 0; i < _values.Length; i++)
        {
            var weight = weights.IsEmpty ? 1 : weights[i];
            count += weight;
            total += weight * _values[i];
        }

        return (count, total);
    }
}

/// <summary>One point of a cumulative gain curve.</summary>
/// <param name="Share">Share of the customers taken, highest scores first.</param>
/// <param name="Gain">Share of all there is that they have.</param>
/// <param name="Lift">How many times as much as so many customers drawn at random would have.</param>
/// <param name="GainLow">Low end of the gain's 95 % bootstrap interval; null where none was asked for.</param>
/// <param name="GainHigh">High end of it.</param>
public sealed record GainPoint(double Share, double Gain, double Lift, double? GainLow, double? GainHigh);
