namespace OrleansSeg.Model.Training;

/// <summary>The learning rate over all steps of a training, as a share of its peak: a short linear warm-up, then a cosine down to a hundredth.</summary>
/// <param name="Steps">Steps of the whole training, all its rounds together.</param>
/// <param name="First">Steps that earlier rounds took.</param>
internal readonly record struct RateSchedule(int Steps, int First = 0)
{
    private const double ShareMin = 0.01;

    /// <summary>The share at a step of this round, from 0.</summary>
    public double At(int step)
    {
        var warmUp = Math.Max(1, Steps / 20);
        var done = First + step;
        var share = done < warmUp ? (done + 1.0) / warmUp : 0.5 * (1 + Math.Cos(Math.PI * (done - warmUp) / Math.Max(1, Steps - warmUp)));
        return Math.Max(share, ShareMin);
    }
}
