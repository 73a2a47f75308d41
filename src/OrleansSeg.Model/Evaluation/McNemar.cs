namespace OrleansSeg.Model.Evaluation;

/// <summary>McNemar's test: whether two forecasters decide the same examples right equally often.</summary>
/// <remarks>
/// McNemar 1947, Note on the sampling error of the difference between correlated proportions. The exact binomial test, two-sided, for any
/// number of examples: only those that one of the two has right count. It takes examples as independent; where one customer has several,
/// as at several cutoffs, the p-value is too small, and <see cref="Rolling.PairedDifference"/> is the one to trust.
/// </remarks>
/// <param name="FirstOnly">Examples that the first alone had right.</param>
/// <param name="SecondOnly">Examples that the second alone had right.</param>
/// <param name="PValue">The chance of so uneven a split or a more uneven one if both were equally good; 1 where they never differ.</param>
public sealed record McNemar(int FirstOnly, int SecondOnly, double PValue)
{
    /// <summary>Compares decisions on the same examples.</summary>
    /// <param name="truths">(N) true classes.</param>
    /// <param name="first">(N) what the first decided.</param>
    /// <param name="second">(N) what the second decided.</param>
    public static McNemar Of(ReadOnlySpan<int> truths, ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(first.Length, truths.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Length, truths.Length);
        var (firstOnly, secondOnly) = (0, 0);
        for (var i = 0; i < truths.Length; i++)
        {
            var (one, other) = (first[i] == truths[i], second[i] == truths[i]);
            firstOnly += one && !other ? 1 : 0;
            secondOnly += other && !one ? 1 : 0;
        }

        return Of(firstOnly, secondOnly);
    }

    /// <summary>Tests counts.</summary>
    /// <param name="firstOnly">Examples that the first alone had right, at least 0.</param>
    /// <param name="secondOnly">Examples that the second alone had right, at least 0.</param>
    public static McNemar Of(int firstOnly, int secondOnly)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstOnly);
        ArgumentOutOfRangeException.ThrowIfNegative(secondOnly);
        var (fewer, all) = (Math.Min(firstOnly, secondOnly), firstOnly + secondOnly);

        // Binomial terms in logarithms: 2^-n is no double from 1,075 on.
        var (term, sum) = (-all * Math.Log(2), 0.0);
        for (var k = 0; k <= fewer; k++)
        {
            sum += Math.Exp(term);
            term += Math.Log(all - k) - Math.Log(k + 1);
        }

        return new McNemar(firstOnly, secondOnly, Math.Min(1, 2 * sum));
    }
}
