namespace OrleansSeg.Model.Federation.Aggregation;

/// <summary>A trainer's new control variate.</summary>
/// <param name="Control">(P) what the trainer keeps once its update was aggregated; before, it keeps the old one.</param>
/// <param name="Delta">(P) what it sends as <see cref="TrainerUpdate.ControlDelta"/>.</param>
public sealed record ControlChange(float[] Control, float[] Delta);

/// <summary>The trainer's side of <see cref="Scaffold"/>. A control variate is the trainer's guess of its own gradient; before its first round, zeros.</summary>
/// <remarks>
/// Karimireddy et al. 2020, arXiv:1910.06378, Algorithm 1, option II. It takes the change of the weights over the sum of the rates as the mean of the
/// corrected gradients, which holds for plain gradient descent: no momentum, no adaptive optimizer, no weight decay outside the loss.
/// </remarks>
public static class ScaffoldTrainer
{
    /// <summary>(P) what to add to every gradient, for <see cref="LocalRule.Correction"/>: the server's control variate minus the trainer's.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static float[] Correction(ReadOnlySpan<float> serverControl, ReadOnlySpan<float> trainerControl)
    {
        CheckLength(serverControl.Length, trainerControl.Length, nameof(trainerControl));
        var correction = new float[serverControl.Length];
        for (var i = 0; i < correction.Length; i++)
        {
            correction[i] = serverControl[i] - trainerControl[i];
        }

        return correction;
    }

    /// <summary>The control variate after local training, option II: c_i - c + (global - trained) / (steps · rate).</summary>
    /// <param name="globalWeights">(P) where training began.</param>
    /// <param name="trainedWeights">(P) where it ended.</param>
    /// <param name="steps">Steps taken; at least 1.</param>
    /// <param name="learningRate">The rate of the steps, above 0; where it varied, its mean over them.</param>
    /// <param name="trainerControl">(P) the trainer's control variate before.</param>
    /// <param name="serverControl">(P) the server's of this round.</param>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Steps or rate are out of bounds.</exception>
    public static ControlChange After(
        ReadOnlySpan<float> globalWeights,
        ReadOnlySpan<float> trainedWeights,
        int steps,
        double learningRate,
        ReadOnlySpan<float> trainerControl,
        ReadOnlySpan<float> serverControl)
    {
        CheckLength(globalWeights.Length, trainedWeights.Length, nameof(trainedWeights));
        CheckLength(globalWeights.Length, trainerControl.Length, nameof(trainerControl));
        CheckLength(globalWeights.Length, serverControl.Length, nameof(serverControl));
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        OptionBounds.CheckPositive(learningRate, OptionBounds.RateMax);
        var (control, delta) = (new float[globalWeights.Length], new float[globalWeights.Length]);
        for (var i = 0; i < control.Length; i++)
        {
            // What is kept is the old plus what is sent, in the same precision, so that trainer and server stay in step.
            delta[i] = (float)((((double)globalWeights[i] - trainedWeights[i]) / (steps * learningRate)) - serverControl[i]);
            control[i] = trainerControl[i] + delta[i];
        }

        return new ControlChange(control, delta);
    }

    private static void CheckLength(int expected, int length, string name)
    {
        if (length != expected)
        {
            throw new ArgumentException($"Has {length} numbers; {expected} are expected.", name);
        }
    }
}
