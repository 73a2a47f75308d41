using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Federation.Training;
using SigningKey = OrleansSeg.Model.Federation.SecureAggregation.Keys.TrainerKey;

namespace OrleansSeg.Federation.Work.Masking;

/// <summary>What coordinator and trainers of a masked round derive alike from the run's plan and facts.</summary>
internal static class MaskedRounds
{
    // Counts and losses need it, and a weight keeps 40 bits behind the point.
    private const int RingBits = 64;

    /// <summary>A round of a run.</summary>
    /// <param name="plan">The run's plan: it says how many must be left at every stage, whoever sits a round out.</param>
    /// <param name="roster">Trainers of the run and the keys they sign with, the same in every round.</param>
    /// <param name="step">A step of the round, which says which attempt it is.</param>
    /// <param name="length">Elements of a masked vector.</param>
    /// <exception cref="ArgumentException">The roster has fewer trainers than must be left.</exception>
    public static SecureRound Of(FederatedPlan plan, ImmutableArray<SigningKey> roster, StepKey step, int length) => new(
        NameOf(step), step.Round, plan.ReportersNeeded, length, RingBits, roster);

    /// <summary>The name of the exchange that an attempt of a round is; keys and masks of one hold in no other.</summary>
    public static string NameOf(StepKey step) =>
        string.Create(CultureInfo.InvariantCulture, $"run {step.Run}")
        + (step.Attempt == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", begun anew {step.Attempt}"))
        + (step.RoundAttempt == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", attempt {step.RoundAttempt + 1}"));

    /// <summary>How updates of a run are encoded. Where noise hides sites they weigh the same, and each has its share of the noise.</summary>
    /// <param name="facts">The run's facts.</param>
    /// <param name="weights">Weights of the model (P).</param>
    public static UpdateEncoding EncodingOf(RunFacts facts, int weights)
    {
        var (plan, hidesSites) = (facts.Plan, facts.Plan.Privacy.Unit == ProtectedUnit.Trainer);
        return new UpdateEncoding(
            weights, plan.UpdateClipNorm, plan.Trainers.Length, plan.ReportersNeeded, hidesSites ? 1 : facts.ExamplesMax, hidesSites ? plan.Privacy.NoiseMultiplier : 0, RingBits);
    }

    /// <summary>The vector that a trainer masks. What it counts for and how it did are in it, so that nothing goes beside it.</summary>
    /// <param name="facts">The run's facts.</param>
    /// <param name="result">What the trainer has learned.</param>
    /// <param name="encoding">How updates of the run are encoded.</param>
    /// <param name="seed">Where a share of noise comes from.</param>
    /// <exception cref="NotFiniteNumberException">The update is broken, and nobody else could see it. Where noise hides sites it counts as zeros: who is left out tells something.</exception>
    public static async Task<ulong[]> VectorOfAsync(RunFacts facts, LocalResult result, UpdateEncoding encoding, StepSeed seed)
    {
        var (update, isNoised) = (result.Update with { Examples = Math.Min(result.Update.Examples, encoding.ExamplesMax) }, encoding.NoiseMultiplier > 0);
        if (!isNoised && Array.FindIndex(update.Delta, value => !float.IsFinite(value)) is >= 0 and var bad)
        {
            throw new NotFiniteNumberException($"The update of '{update.Trainer}' has {update.Delta[bad]} at {bad}.");
        }

        using RandomNumberGenerator random = isNoised ? await RoundNoise.OfShareAsync(RoundNoise.Clip(facts.Plan, update.Delta), seed) : RandomNumberGenerator.Create();
        return [.. encoding.Encode(update, random), .. RoundSums.Of(result.TrainingLoss, update.Examples, result.Validation).ToRing()];
    }

    /// <summary>Elements of a masked vector: the update's, and those of the figures that go with it.</summary>
    public static int LengthOf(UpdateEncoding encoding) => encoding.Length + RoundSums.Length;
}
