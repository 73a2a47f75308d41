namespace OrleansSeg.Model.Evaluation.Rolling;

/// <summary>A difference over the same examples, with its 95 % interval from resampled customers.</summary>
/// <param name="Mean">The difference.</param>
/// <param name="Low">2.5th percentile.</param>
/// <param name="High">97.5th percentile.</param>
public sealed record PairedDifference(double Mean, double Low, double High)
{
    /// <summary>Resamples whole customers, since one customer's examples at several cutoffs are not independent.</summary>
    /// <param name="customers">(N) whose each example is.</param>
    /// <param name="differences">(N) one contender's loss less the other's.</param>
    /// <param name="resamples">Resamples, at least 2.</param>
    /// <param name="seed">Seed of the draws.</param>
    public static PairedDifference Of(IReadOnlyList<string> customers, IReadOnlyList<double> differences, int resamples, int seed)
    {
        ArgumentNullException.ThrowIfNull(customers);
        ArgumentNullException.ThrowIfNull(differences);
        ArgumentOutOfRangeException.ThrowIfNotEqual(differences.Count, customers.Count);
        var (places, sums) = (new Dictionary<string, int>(StringComparer.Ordinal), new List<(double Sum, int Count)>());
        for (var i = 0; i < customers.Count; i++)
        {
            if (places.TryAdd(customers[i], sums.Count))
            {
                sums.Add(default);
            }

            var (sum, count) = sums[places[customers[i]]];
            sums[places[customers[i]]] = (sum + differences[i], count + 1);
        }

        var random = new Random(seed);
        var interval = Bootstrap.Interval(Enumerable.Range(0, resamples).Select(_ =>
        {
            var (total, examples) = (0.0, 0L);
            for (var draw = 0; draw < sums.Count; draw++)
            {
                var (sum, count) = sums[random.Next(sums.Count)];
                (total, examples) = (total + sum, examples + count);
            }

            return total / examples;
        }));
        return new PairedDifference(differences.Average(), interval[0], interval[1]);
    }
}
