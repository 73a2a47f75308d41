namespace OrleansSeg.Data.Cleaning;

/// <summary>How many amounts lie far above the rest, from a histogram of fixed size. Nothing is changed: the model winsorizes for itself.</summary>
/// <remarks>
/// Far above is Tukey's outer fence on the logarithm: the third quartile plus three times the distance between the quartiles. Bins are an
/// eighth of a doubling wide, so the limit is exact to 9 %.
/// </remarks>
internal sealed class AmountOutliers
{
    private const int BinsPerDoubling = 8;
    private const int SmallestDoubling = -20;
    private const int Bins = 100 * BinsPerDoubling;

    private readonly long[] _counts = new long[Bins];
    private long _total;

    /// <summary>Counts an amount; zero is not an amount.</summary>
    public void Add(decimal amount)
    {
        if (amount > 0)
        {
            var bin = (int)Math.Floor((Math.Log2((double)amount) - SmallestDoubling) * BinsPerDoubling);
            _counts[Math.Clamp(bin, 0, Bins - 1)]++;
            _total++;
        }
    }

    /// <summary>Amounts above the limit and the limit; none while there are fewer than 100 amounts.</summary>
    public (long Count, double? Limit) Find()
    {
        if (_total < 100)
        {
            return (0, null);
        }

        var (first, third) = (Quantile(0.25), Quantile(0.75));
        var fence = third + (3 * Math.Max(1, third - first));
        var limit = Math.Round(Math.Pow(2, ((double)(fence + 1) / BinsPerDoubling) + SmallestDoubling), 2);
        return (fence + 1 < Bins ? _counts.AsSpan(fence + 1).ToArray().Sum() : 0, limit);
    }

    private int Quantile(double share)
    {
        var rank = (long)(share * _total);
        var seen = 0L;
        for (var bin = 0; bin < Bins; bin++)
        {
            seen += _counts[bin];
            if (seen > rank)
            {
                return bin;
            }
        }

        return Bins - 1;
    }
}
