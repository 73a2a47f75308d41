namespace OrleansSeg.Model.Segments.Discovery;

/// <summary>Points put into k groups about their centroids. N points, D numbers each.</summary>
/// <remarks>Lloyd 1982, Least squares quantization in PCM; first centroids by k-means++ (Arthur and Vassilvitskii 2007); the best of several beginnings.</remarks>
internal static class KMeans
{
    private const int BeginningCount = 4;
    private const int PassesMax = 60;

    /// <summary>(k, D) centroids.</summary>
    /// <param name="points">(N, D), N at least k.</param>
    /// <param name="k">Groups.</param>
    /// <param name="random">Draws the beginnings.</param>
    public static double[][] Fit(IReadOnlyList<double[]> points, int k, Random random)
    {
        var (best, least) = (Array.Empty<double[]>(), double.PositiveInfinity);
        for (var beginning = 0; beginning < BeginningCount; beginning++)
        {
            var centroids = Begin(points, k, random);
            var spread = double.PositiveInfinity;
            for (var pass = 0; pass < PassesMax; pass++)
            {
                var (moved, now) = Move(points, centroids);
                (centroids, var before) = (moved, spread);
                spread = now;
                if (before - now <= 1e-7 * now)
                {
                    break;
                }
            }

            (best, least) = spread < least ? (centroids, spread) : (best, least);
        }

        return best;
    }

    /// <summary>The nearest centroid; the first of equals.</summary>
    public static int Nearest(double[] point, double[][] centroids) => Nearest(point, centroids, out _);

    private static int Nearest(double[] point, double[][] centroids, out double distance)
    {
        (var nearest, distance) = (0, double.PositiveInfinity);
        for (var group = 0; group < centroids.Length; group++)
        {
            var to = Distance(point, centroids[group]);
            (nearest, distance) = to < distance ? (group, to) : (nearest, distance);
        }

        return nearest;
    }

    private static double[][] Begin(IReadOnlyList<double[]> points, int k, Random random)
    {
        var centroids = new List<double[]> { points[random.Next(points.Count)] };
        var distances = points.Select(point => Distance(point, centroids[0])).ToArray();
        while (centroids.Count < k)
        {
            var drawn = random.NextDouble() * distances.Sum();
            var next = 0;
            for (; next < points.Count - 1 && drawn >= distances[next]; next++)
            {
                drawn -= distances[next];
            }

            centroids.Add(points[next]);
            for (var i = 0; i < distances.Length; i++)
            {
                distances[i] = Math.Min(distances[i], Distance(points[i], points[next]));
            }
        }

        return [.. centroids];
    }

    private static (double[][] Centroids, double Spread) Move(IReadOnlyList<double[]> points, double[][] centroids)
    {
        var sums = centroids.Select(centroid => new double[centroid.Length]).ToArray();
        var counts = new int[centroids.Length];
        var spread = 0.0;
        foreach (var point in points)
        {
            var group = Nearest(point, centroids, out var distance);
            spread += distance;
            counts[group]++;
            for (var d = 0; d < point.Length; d++)
            {
                sums[group][d] += point[d];
            }
        }

        // A group that lost all its points stays where it was.
        return ([.. sums.Select((sum, group) => counts[group] == 0 ? centroids[group] : Array.ConvertAll(sum, value => value / counts[group]))], spread);
    }

    private static double Distance(double[] one, double[] other)
    {
        var sum = 0.0;
        for (var d = 0; d < one.Length; d++)
        {
            var difference = one[d] - other[d];
            sum += difference * difference;
        }

        return sum;
    }
}
