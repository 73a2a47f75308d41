namespace OrleansSeg.Model.Evaluation.Rolling;

/// <summary>What a rolling comparison found.</summary>
/// <param name="Cutoffs">The test cutoffs, ascending.</param>
/// <param name="HorizonDays">How far after a cutoff labels look, in days.</param>
/// <param name="Seeds">Seeds of each fit.</param>
/// <param name="Customers">Different customers tested.</param>
/// <param name="Examples">Customers tested, once for each cutoff.</param>
/// <param name="Contenders">In the order of the plan.</param>
public sealed record RollingReport(
    IReadOnlyList<DateTimeOffset> Cutoffs, double HorizonDays, IReadOnlyList<int> Seeds, int Customers, int Examples, IReadOnlyList<ContenderScores> Contenders);

/// <summary>How one contender did over all cutoffs and seeds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="LogLoss">Mean over all examples and seeds, in nats.</param>
/// <param name="ChurnAuroc">Mean over cutoffs and seeds; null where none had both kinds.</param>
/// <param name="MacroAuroc">Mean over cutoffs and seeds.</param>
/// <param name="MacroF1">Mean over cutoffs and seeds, with weights fitted on validation.</param>
/// <param name="SeedDeviation">Standard deviation of the log loss between seeds, mean over cutoffs; null for one seed.</param>
/// <param name="Difference">Its log loss less the first contender's; null for the first.</param>
/// <param name="Fits">Each fit.</param>
public sealed record ContenderScores(
    string Name,
    double LogLoss,
    double? ChurnAuroc,
    double MacroAuroc,
    double MacroF1,
    double? SeedDeviation,
    PairedDifference? Difference,
    IReadOnlyList<FitScores> Fits);

/// <summary>How one fit did.</summary>
/// <param name="Cutoff">Its test cutoff.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="LogLoss">In nats.</param>
/// <param name="ChurnAuroc">Null where only one kind was there.</param>
/// <param name="MacroAuroc">Mean one-versus-rest over segments present.</param>
/// <param name="MacroF1">With weights fitted on validation.</param>
/// <param name="Seconds">Fitting and measuring.</param>
public sealed record FitScores(DateTimeOffset Cutoff, int Seed, double LogLoss, double? ChurnAuroc, double MacroAuroc, double MacroF1, double Seconds);

/// <summary>A difference of means over the same examples, with its 95 % interval from resampled customers.</summary>
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
