using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Federation.Rounds;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Federation.Work;

/// <summary>Where a round's noise comes in: at the trainer in each local step, or at the coordinator in the sum of updates.</summary>
internal static class RoundNoise
{
    private const string Draws = "customers of local steps";
    private const string Noise = "noise of local steps";
    private const string Sum = "noise of the sum of updates";
    private const string Share = "share of the noise of the sum of updates";

    /// <summary>What bounds and hides a trainer's customers in a round; null where the plan does not ask for it.</summary>
    /// <param name="facts">The run, fitted.</param>
    /// <param name="trainer">The trainer.</param>
    /// <param name="examples">What it trains on.</param>
    /// <param name="seed">The step's seed.</param>
    /// <exception cref="InsufficientDataException">The trainer counted no customer, and the accountant none of its steps.</exception>
    public static async Task<CustomerClipping?> OfCustomersAsync(RunFacts facts, string trainer, LocalExamples examples, StepSeed seed)
    {
        var privacy = facts.Plan.Privacy;
        if (privacy.Unit != ProtectedUnit.Customer)
        {
            return null;
        }

        if (facts.Customers.GetValueOrDefault(trainer) is not (> 0 and var customers))
        {
            throw new InsufficientDataException("The trainer had no training example when the run was fitted.");
        }

        var bits = await seed(ExampleDigest.Of(examples.Training));
        return new CustomerClipping(
            privacy.CustomerClipNorm,
            privacy.CustomersPerStep,
            new CustomerNoise(privacy.NoiseMultiplier, customers, new SeededStream(bits, Draws), new SeededStream(bits, Noise)));
    }

    /// <summary>An update as it leaves the trainer: no longer than the plan says. A broken one has no length and goes as it is, to be refused with a reason.</summary>
    public static float[] Clip(FederatedPlan plan, float[] delta) =>
        plan.UpdateClipNorm > 0 && Array.TrueForAll(delta, float.IsFinite) ? UpdateClipping.Clip(delta, plan.UpdateClipNorm).Values : delta;

    /// <summary>The updates to aggregate: where noise hides sites, the one noised mean of them.</summary>
    public static IReadOnlyList<TrainerUpdate> OfSum(RunState run, IReadOnlyList<TrainerUpdate> updates)
    {
        if (run.Plan.Privacy.Unit != ProtectedUnit.Trainer)
        {
            return updates;
        }

        using var random = new SeededStream(run.SumSeed ?? throw new InvalidOperationException("A noised sum has no seed. This is a bug."), Sum);
        return [NoisedMean.Of(updates, new GaussianMechanism(run.Plan.UpdateClipNorm, run.Plan.Privacy.NoiseMultiplier), random)];
    }

    /// <summary>The generator of one trainer's share of the sum's noise, for masked sums: nobody else may add it, since nobody sees the sum without it.</summary>
    /// <param name="update">The update that it is added to, clipped.</param>
    /// <param name="seed">The step's seed.</param>
    public static async Task<SeededStream> OfShareAsync(float[] update, StepSeed seed) => new(
        await seed(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(update.AsSpan())))), Share);
}
