namespace OrleansSeg.Model.Segments.Discovery;

/// <summary>Customers put into groups, and how far the groups can be trusted.</summary>
/// <param name="Centroids">(k, D) the middle of each group.</param>
/// <param name="Groups">(N) group of each customer: the nearest.</param>
/// <param name="Stability">Mean adjusted Rand index between this grouping and those found in resampled customers, all applied to everybody.</param>
/// <param name="Temperature">Divides half the squared distances, so that the probabilities of <see cref="Centroids"/> say how often a grouping found anew agrees.</param>
internal sealed record Grouping(double[][] Centroids, int[] Groups, double Stability, double Temperature)
{
    /// <summary>A grouping that resampled customers agree on this much is called stable.</summary>
    public const double StableFrom = 0.8;

    private const int ResampleCount = 10;
    private const double ResampleShare = 0.8;

    /// <summary>The most groups within bounds that are stable; the most stable where none are.</summary>
    /// <param name="points">(N, D) customers.</param>
    /// <param name="min">Fewest groups.</param>
    /// <param name="max">Most groups.</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <param name="found">Told of each number of groups and its stability.</param>
    /// <param name="cancellationToken">Stops between two numbers of groups.</param>
    public static Grouping Choose(IReadOnlyList<double[]> points, int min, int max, int seed, Action<int, double> found, CancellationToken cancellationToken)
    {
        Grouping? best = null;
        for (var k = min; k <= max; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var candidate = Of(points, k, seed);
            found(k, candidate.Stability);
            best = best is null || candidate.Stability >= StableFrom || candidate.Stability > best.Stability ? candidate : best;
        }

        return best!;
    }

    /// <summary>k groups.</summary>
    public static Grouping Of(IReadOnlyList<double[]> points, int k, int seed)
    {
        var random = new Random(seed);
        var centroids = KMeans.Fit(points, k, random);
        var groups = GroupsOf(points, centroids);
        var (agreement, again) = (0.0, new List<int[]>());
        for (var resample = 0; resample < ResampleCount; resample++)
        {
            var drawn = points.Where(_ => random.NextDouble() < ResampleShare).ToList();
            var other = drawn.Count < k ? groups : GroupsOf(points, KMeans.Fit(drawn, k, random));
            agreement += RandIndex.Adjusted(groups, other) / ResampleCount;
            again.Add(Matched(groups, other, k));
        }

        return new Grouping(centroids, groups, agreement, TemperatureOf(points, centroids, again));
    }

    /// <summary>Half the squared distances to the centroids, negated: logits before the temperature.</summary>
    public static double[] Closeness(double[] point, double[][] centroids) =>
        Array.ConvertAll(centroids, centroid => -point.Zip(centroid, (value, middle) => (value - middle) * (value - middle)).Sum() / 2);

    private static int[] GroupsOf(IReadOnlyList<double[]> points, double[][] centroids) => [.. points.Select(point => KMeans.Nearest(point, centroids))];

    /// <summary>The other grouping under the names of the groups that it shares most customers with, the largest overlap first.</summary>
    private static int[] Matched(int[] groups, int[] other, int k)
    {
        var names = new Dictionary<int, int>();
        foreach (var ((group, theirs), _) in groups.Zip(other).CountBy(pair => pair).OrderByDescending(cell => cell.Value).ThenBy(cell => cell.Key))
        {
            if (!names.ContainsKey(theirs) && !names.ContainsValue(group))
            {
                names.Add(theirs, group);
            }
        }

        var left = new Queue<int>(Enumerable.Range(0, k).Except(names.Values));
        return Array.ConvertAll(other, theirs => names.TryGetValue(theirs, out var name) ? name : names[theirs] = left.Dequeue());
    }

    private static double TemperatureOf(IReadOnlyList<double[]> points, double[][] centroids, List<int[]> again)
    {
        var closeness = points.Select(point => Closeness(point, centroids)).ToList();
        var scale = closeness.Average(row => row.Max() - row.Min()) + 1e-12;
        return Enumerable.Range(0, 25).Select(step => scale * Math.Pow(10, -3 + (step / 8.0))).MinBy(temperature =>
            again.Sum(run => closeness.Zip(run, (row, group) => LogSum(row, temperature) - (row[group] / temperature)).Sum()));
    }

    private static double LogSum(double[] row, double temperature)
    {
        var largest = row.Max() / temperature;
        return largest + Math.Log(row.Sum(value => Math.Exp((value / temperature) - largest)));
    }
}
