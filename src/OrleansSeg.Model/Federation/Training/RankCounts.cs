namespace OrleansSeg.Model.Federation.Training;

/// <summary>Probabilities of positives and of negatives counted in fixed bins of their log odds: an area under the curve that sums over trainers.</summary>
/// <param name="Positives">(1,024) counts by bin.</param>
/// <param name="Negatives">(1,024) counts by bin.</param>
/// <remarks>Differs from the exact area in that two of one bin count as tied; bins are 0.023 of log odds wide, from -12 to 12.</remarks>
public sealed record RankCounts(long[] Positives, long[] Negatives)
{
    internal const int Bins = 1_024;
    private const double LogOddsMax = 12;

    /// <summary>Nothing counted.</summary>
    public static RankCounts Create() => new(new long[Bins], new long[Bins]);

    /// <summary>Area under the curve; NaN when one of the two kinds is absent.</summary>
    public double Auroc()
    {
        double wins = 0, below = 0, positives = 0;
        for (var bin = 0; bin < Bins; bin++)
        {
            wins += Positives[bin] * (below + (Negatives[bin] / 2.0));
            below += Negatives[bin];
            positives += Positives[bin];
        }

        return positives > 0 && below > 0 ? wins / (positives * below) : double.NaN;
    }

    /// <summary>The sum of several.</summary>
    public static RankCounts Sum(IEnumerable<RankCounts> parts)
    {
        var sum = Create();
        foreach (var part in parts)
        {
            for (var bin = 0; bin < Bins; bin++)
            {
                sum.Positives[bin] += part.Positives[bin];
                sum.Negatives[bin] += part.Negatives[bin];
            }
        }

        return sum;
    }

    /// <summary>Counts one in.</summary>
    internal void Add(double probability, bool positive)
    {
        var odds = Math.Log(Math.Max(probability, 1e-12) / Math.Max(1 - probability, 1e-12));
        var bin = (int)Math.Clamp((odds + LogOddsMax) / (2 * LogOddsMax) * Bins, 0, Bins - 1);
        (positive ? Positives : Negatives)[bin]++;
    }
}
