namespace OrleansSeg.Model.Evaluation.Baselines.BuyTillYouDie;

/// <summary>Lowers a function of a few numbers without its gradient.</summary>
/// <remarks>Nelder and Mead 1965, A simplex method for function minimization, with their own coefficients; begun anew once where it ended, since a simplex may collapse.</remarks>
internal static class SimplexSearch
{
    private const int StepsMax = 2_000;

    /// <summary>The point where it is lowest.</summary>
    /// <param name="function">What to lower; infinity where it is not defined.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static double[] Minimize(Func<double[], double> function, double[] start, CancellationToken cancellationToken)
    {
        var once = Run(function, start, 0.5, cancellationToken);
        return Run(function, once, 0.1, cancellationToken);
    }

    private static double[] Run(Func<double[], double> function, double[] start, double size, CancellationToken cancellationToken)
    {
        var points = new List<(double[] Point, double Value)> { (start, function(start)) };
        for (var i = 0; i < start.Length; i++)
        {
            var moved = start.ToArray();
            moved[i] += size;
            points.Add((moved, function(moved)));
        }

        for (var step = 0; step < StepsMax; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            points.Sort((one, other) => one.Value.CompareTo(other.Value));
            if (points[^1].Value - points[0].Value <= 1e-9 * (Math.Abs(points[0].Value) + 1e-9))
            {
                break;
            }

            Improve(function, points);
        }

        return points.MinBy(point => point.Value).Point;
    }

    private static void Improve(Func<double[], double> function, List<(double[] Point, double Value)> points)
    {
        var worst = points[^1];
        var centre = new double[worst.Point.Length];
        for (var i = 0; i < centre.Length; i++)
        {
            centre[i] = points.Take(points.Count - 1).Average(point => point.Point[i]);
        }

        var reflected = At(1);
        var next = reflected.Value < points[0].Value ? Better(At(2), reflected)
            : reflected.Value < points[^2].Value ? reflected
            : Better(At(reflected.Value < worst.Value ? 0.5 : -0.5), worst);
        if (next.Value < worst.Value)
        {
            points[^1] = next;
            return;
        }

        var best = points[0].Point;
        for (var i = 1; i < points.Count; i++)
        {
            double[] nearer = [.. points[i].Point.Zip(best, (value, towards) => (value + towards) / 2)];
            points[i] = (nearer, function(nearer));
        }

        (double[] Point, double Value) At(double length)
        {
            double[] point = [.. centre.Zip(worst.Point, (middle, end) => middle + (length * (middle - end)))];
            return (point, function(point));
        }
    }

    private static (double[] Point, double Value) Better((double[] Point, double Value) one, (double[] Point, double Value) other) => one.Value < other.Value ? one : other;
}
