using System.Security.Cryptography;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>The mean of updates with noise that hides a whole trainer, where the coordinator is trusted with the updates.</summary>
public static class NoisedMean
{
    /// <summary>The name of the update that the mean is.</summary>
    public const string MeanName = "noised mean";

    /// <summary>Clips every update, adds noise to their sum, and divides by their number; all weigh the same.</summary>
    /// <param name="updates">One of each trainer at most; one that is not finite counts as zeros.</param>
    /// <param name="mechanism">Clip norm and noise.</param>
    /// <param name="random">A cryptographic generator.</param>
    /// <returns>The one update to hand to a strategy. Store it: noise drawn again is a second release.</returns>
    /// <exception cref="ArgumentException">No update, two of one trainer, one of another length, or one with a control variate.</exception>
    public static TrainerUpdate Of(IReadOnlyList<TrainerUpdate> updates, GaussianMechanism mechanism, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(updates);
        ArgumentNullException.ThrowIfNull(mechanism);
        if (updates.Count == 0 || updates.DistinctBy(update => update.Trainer).Count() != updates.Count
            || updates.Any(update => update.Delta.Length != updates[0].Delta.Length || update.ControlDelta is not null))
        {
            throw new ArgumentException("Updates are of different trainers and one length, without control variates.", nameof(updates));
        }

        var sum = mechanism.NewSum(updates[0].Delta.Length);
        foreach (var update in updates)
        {
            sum.Add(update.Delta);
        }

        var mean = Array.ConvertAll(mechanism.Release(sum, random), value => value / updates.Count);
        return new TrainerUpdate(MeanName, mean, updates.Count, updates.Count);
    }
}
