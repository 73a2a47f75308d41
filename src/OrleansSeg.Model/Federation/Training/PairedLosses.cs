namespace OrleansSeg.Model.Federation.Training;

/// <summary>By how much two models' log losses differ on the same examples: the sums from which follow the mean difference and how sure it is.</summary>
/// <remarks>
/// The interval is the normal one of a mean of independent pairs. A bootstrap over trainers would need its replicates' sums: with a seed that all share,
/// a thousand known combinations of fewer than a thousand customers' losses give each of them away, and three sums do not.
/// </remarks>
/// <param name="Examples">Examples measured.</param>
/// <param name="Sum">Summed difference in nats, the first model's loss minus the other's.</param>
/// <param name="SumOfSquares">Summed squares of the differences.</param>
public sealed record PairedLosses(long Examples, double Sum, double SumOfSquares)
{
    private const double NormalQuantile = 1.959963984540054;

    /// <summary>The mean difference; NaN without examples.</summary>
    public double Difference => Examples == 0 ? double.NaN : Sum / Examples;

    /// <summary>Half of the width of the 95 % interval around it; NaN for fewer than two examples.</summary>
    public double Margin => Examples < 2
        ? double.NaN
        : NormalQuantile * Math.Sqrt(Math.Max(0, SumOfSquares - (Sum * Difference)) / (Examples - 1) / Examples);

    /// <summary>Compares losses.</summary>
    /// <param name="ours">N losses of the first model.</param>
    /// <param name="theirs">N losses of the other, on the same examples in the same order.</param>
    public static PairedLosses Of(ReadOnlySpan<double> ours, ReadOnlySpan<double> theirs)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(theirs.Length, ours.Length, nameof(theirs));
        var (sum, squares) = (0.0, 0.0);
        for (var i = 0; i < ours.Length; i++)
        {
            var difference = ours[i] - theirs[i];
            sum += difference;
            squares += difference * difference;
        }

        return new PairedLosses(ours.Length, sum, squares);
    }

    /// <summary>The sums of several trainers' pairs. They round, so the order is the caller's to keep.</summary>
    public static PairedLosses Merge(IEnumerable<PairedLosses> parts) => parts.Aggregate(
        new PairedLosses(0, 0, 0), (one, other) => new(one.Examples + other.Examples, one.Sum + other.Sum, one.SumOfSquares + other.SumOfSquares));
}
