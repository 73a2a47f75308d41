namespace OrleansSeg.Model.Evaluation;

/// <summary>Metrics of an order, which hang on no threshold.</summary>
public static class RankingMetrics
{
    /// <summary>Area under the receiver operating characteristic: the chance that a positive outranks a negative, ties counting half.</summary>
    /// <param name="scores">(N) scores, higher for positive.</param>
    /// <param name="positives">(N) truths.</param>
    /// <param name="weights">(N) how often each item counts, for the bootstrap; null for once.</param>
    /// <returns>NaN when one of the two kinds is absent.</returns>
    public static double Auroc(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positives, ReadOnlySpan<int> weights = default)
    {
        var order = new int[scores.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        var sorted = scores.ToArray();
        Array.Sort(sorted, order);
        return AurocInOrder(sorted, order, positives, weights);
    }

    /// <summary>As <see cref="Auroc"/>, for items already sorted: the bootstrap sorts once and re-weighs many times.</summary>
    /// <param name="sorted">(N) scores, ascending.</param>
    /// <param name="order">(N) item of each sorted score.</param>
    /// <param name="positives">(N) truths by item.</param>
    /// <param name="weights">(N) weights by item; empty for once each.</param>
    internal static double AurocInOrder(
        ReadOnlySpan<double> sorted, ReadOnlySpan<int> order, ReadOnlySpan<bool> positives, ReadOnlySpan<int> weights)
    {
        double wins = 0, negativesBelow = 0, positiveWeight = 0;
        for (var i = 0; i < sorted.Length;)
        {
            double tiedPositives = 0, tiedNegatives = 0;
            var score = sorted[i];
            for (; i < sorted.Length && sorted[i] == score; i++)
            {
                var weight = weights.IsEmpty ? 1 : weights[order[i]];
                if (positives[order[i]])
                {
                    tiedPositives += weight;
                }
                else
                {
                    tiedNegatives += weight;
                }
            }

            wins += tiedPositives * (negativesBelow + (tiedNegatives / 2));
            negativesBelow += tiedNegatives;
            positiveWeight += tiedPositives;
        }

        return positiveWeight > 0 && negativesBelow > 0 ? wins / (positiveWeight * negativesBelow) : double.NaN;
    }
}
