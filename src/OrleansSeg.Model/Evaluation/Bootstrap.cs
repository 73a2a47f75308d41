namespace OrleansSeg.Model.Evaluation;

/// <summary>The bootstrap over customers: draws with replacement, and percentile intervals.</summary>
public static class Bootstrap
{
    /// <summary>How often each of <paramref name="count"/> items is drawn in one resample.</summary>
    public static int[] Weights(int count, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var weights = new int[count];
        for (var draw = 0; draw < count; draw++)
        {
            weights[random.Next(count)]++;
        }

        return weights;
    }

    /// <summary>The 2.5th and 97.5th percentile of the finite draws; both NaN when there are none.</summary>
    public static double[] Interval(IEnumerable<double> draws)
    {
        var sorted = draws.Where(double.IsFinite).Order().ToList();
        return sorted.Count == 0
            ? [double.NaN, double.NaN]
            : [sorted[(int)(0.025 * (sorted.Count - 1))], sorted[(int)Math.Ceiling(0.975 * (sorted.Count - 1))]];
    }
}
