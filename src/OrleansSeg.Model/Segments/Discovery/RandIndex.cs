namespace OrleansSeg.Model.Segments.Discovery;

/// <summary>How alike two groupings of the same items are.</summary>
internal static class RandIndex
{
    /// <summary>The adjusted Rand index (Hubert and Arabie 1985): 1 for the same grouping, 0 on average for one by chance.</summary>
    /// <param name="one">(N) group of each item.</param>
    /// <param name="other">(N) group of each item.</param>
    public static double Adjusted(IReadOnlyList<int> one, IReadOnlyList<int> other)
    {
        var pairs = one.Zip(other).CountBy(pair => pair).Sum(cell => Pairs(cell.Value));
        var (ones, others) = (one.CountBy(group => group).Sum(group => Pairs(group.Value)), other.CountBy(group => group).Sum(group => Pairs(group.Value)));
        var chance = ones * others / Pairs(one.Count);
        var most = (ones + others) / 2;
        return most == chance ? 1 : (pairs - chance) / (most - chance);
    }

    private static double Pairs(double count) => count * (count - 1) / 2;
}
