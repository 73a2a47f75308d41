namespace OrleansSeg.Model.Inference.Sanity;

/// <summary>Spearman's rank correlation.</summary>
internal static class RankCorrelation
{
    /// <summary>Of two rows of equal length; zero where either does not vary. Equal values share their mean rank.</summary>
    public static double Of(IReadOnlyList<float> one, IReadOnlyList<float> other)
    {
        var (x, y) = (Ranks(one), Ranks(other));
        var middle = (x.Length - 1) / 2.0;
        double both = 0, ofX = 0, ofY = 0;
        for (var i = 0; i < x.Length; i++)
        {
            both += (x[i] - middle) * (y[i] - middle);
            ofX += (x[i] - middle) * (x[i] - middle);
            ofY += (y[i] - middle) * (y[i] - middle);
        }

        return ofX > 0 && ofY > 0 ? both / Math.Sqrt(ofX * ofY) : 0;
    }

    private static double[] Ranks(IReadOnlyList<float> values)
    {
        var ranks = new double[values.Count];
        var place = 0;
        foreach (var equals in Enumerable.Range(0, values.Count).GroupBy(i => values[i]).OrderBy(group => group.Key))
        {
            var count = equals.Count();
            foreach (var i in equals)
            {
                ranks[i] = place + ((count - 1) / 2.0);
            }

            place += count;
        }

        return ranks;
    }
}
