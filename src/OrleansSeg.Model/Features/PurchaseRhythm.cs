namespace OrleansSeg.Model.Features;

/// <summary>Gaps between purchase days, and the days' amounts, over the lifetime.</summary>
/// <param name="GapMean">Mean gap in days; NaN with fewer than two purchase days.</param>
/// <param name="GapDeviation">Standard deviation of the gaps; NaN with fewer than three purchase days.</param>
/// <param name="GapLast">The latest gap in days; NaN with fewer than two purchase days.</param>
/// <param name="LargestDay">Spend of the best day; NaN without a purchase.</param>
/// <param name="LastDay">Spend of the latest purchase day; NaN without a purchase.</param>
/// <param name="Quantity">Units bought.</param>
/// <param name="Returned">Gross amount returned.</param>
internal readonly record struct PurchaseRhythm(
    float GapMean, float GapDeviation, float GapLast, float LargestDay, float LastDay, float Quantity, float Returned)
{
    public static PurchaseRhythm Of(LifetimeAggregates aggregates)
    {
        int? previous = null;
        int gaps = 0, gapLast = 0;
        double gapSum = 0, gapSquares = 0, largest = double.NaN, last = double.NaN, quantity = 0, returned = 0;
        foreach (var (number, day) in aggregates.Days)
        {
            returned += (double)day.Returned;
            if (day.Purchases == 0)
            {
                continue;
            }

            if (previous is { } before)
            {
                gapLast = number - before;
                gaps++;
                gapSum += gapLast;
                gapSquares += (double)gapLast * gapLast;
            }

            previous = number;
            last = (double)day.Spend;
            largest = double.IsNaN(largest) ? last : Math.Max(largest, last);
            quantity += (double)day.Quantity;
        }

        var mean = gaps > 0 ? gapSum / gaps : double.NaN;
        var deviation = gaps > 1 ? Math.Sqrt(Math.Max(0, (gapSquares / gaps) - (mean * mean))) : double.NaN;
        return new PurchaseRhythm(
            (float)mean, (float)deviation, gaps > 0 ? gapLast : float.NaN, (float)largest, (float)last, (float)quantity, (float)returned);
    }
}
