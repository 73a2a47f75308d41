using System.Security.Cryptography;
using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Model.Federation.SecureAggregation;

/// <summary>How a trainer's update becomes a vector of the ring, and the ring's sum the mean update that a strategy takes.</summary>
/// <remarks>
/// <para>The vector is the change, clipped to <see cref="ClipNorm"/>, weighted and cut to steps, and then two whole numbers: examples and
/// optimizer steps. Weights are examples over <see cref="ExamplesMax"/>; where that is 1 every trainer weighs the same, and says nothing of
/// its examples.</para>
/// <para>With noise, every trainer adds a share of it, in whole steps, so that any <see cref="ReportersMin"/> of them together have a
/// deviation of at least NoiseMultiplier · ClipNorm; more reporters have more. A trainer that knows its own share sees the sum with that much
/// less noise. A sum of rounded normals has a variance of one part in 2^43 more than the rounded normal of the sum, at the 2^20 steps that
/// a share's deviation has at least; the accountant leaves that out.</para>
/// </remarks>
public sealed record UpdateEncoding
{
    private const double ShareStepsMin = 1 << 20;

    /// <summary>The name of the update that a sum decodes to.</summary>
    public const string SumName = "sum";

    private readonly long sigmaSteps;

    /// <param name="weights">Weights of the model (P).</param>
    /// <param name="clipNorm">Norm to which a change is clipped; above 0.</param>
    /// <param name="trainers">Trainers of the run; from <see cref="SecureRound.ThresholdMin"/>.</param>
    /// <param name="reportersMin">Trainers that must report; the round's threshold.</param>
    /// <param name="examplesMax">Most examples a trainer can have; 1 for equal weights.</param>
    /// <param name="noiseMultiplier">Deviation of the sum's noise over the clip norm; 0 for none.</param>
    /// <param name="ringBits">32 or 64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its bounds, or the ring is too small.</exception>
    public UpdateEncoding(
        int weights, double clipNorm, int trainers, int reportersMin, long examplesMax = 1, double noiseMultiplier = 0, int ringBits = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(weights, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(reportersMin, SecureRound.ThresholdMin);
        ArgumentOutOfRangeException.ThrowIfLessThan(trainers, reportersMin);
        ArgumentOutOfRangeException.ThrowIfLessThan(examplesMax, 1);
        if (!(clipNorm > 0 && double.IsFinite(clipNorm)))
        {
            throw new ArgumentOutOfRangeException(nameof(clipNorm), clipNorm, "The clip norm is a number above 0.");
        }

        if (!(noiseMultiplier >= 0 && double.IsFinite(noiseMultiplier)) || (noiseMultiplier > 0 && examplesMax > 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(noiseMultiplier), noiseMultiplier, "The noise multiplier is at least 0, and above 0 only with equal weights.");
        }

        var share = noiseMultiplier * clipNorm / Math.Sqrt(reportersMin);
        Point = FixedPoint.Finest(ringBits, clipNorm + ((GridGaussian.DeviationsMax + 1) * share), trainers);
        Counts = new FixedPoint(ringBits, 0, Math.Max(examplesMax, StepsMax), trainers);
        sigmaSteps = (long)Math.Ceiling(Math.ScaleB(share, Point.FractionBits));
        if (noiseMultiplier > 0 && sigmaSteps < ShareStepsMin)
        {
            throw new ArgumentOutOfRangeException(nameof(ringBits), ringBits, "The ring is too small for 2^20 steps to a share's deviation.");
        }

        (Weights, ClipNorm, Trainers, ReportersMin, ExamplesMax, NoiseMultiplier) =
            (weights, clipNorm, trainers, reportersMin, examplesMax, noiseMultiplier);
    }

    /// <summary>Most optimizer steps that are told; more count as this many.</summary>
    public static int StepsMax => 1_000_000;

    /// <summary>Weights of the model (P).</summary>
    public int Weights { get; }

    /// <summary>Norm to which a change is clipped.</summary>
    public double ClipNorm { get; }

    /// <summary>Trainers of the run.</summary>
    public int Trainers { get; }

    /// <summary>Trainers that must report.</summary>
    public int ReportersMin { get; }

    /// <summary>Most examples a trainer can have; 1 for equal weights.</summary>
    public long ExamplesMax { get; }

    /// <summary>Deviation of the sum's noise over the clip norm.</summary>
    public double NoiseMultiplier { get; }

    /// <summary>Elements of the vector: the round's length.</summary>
    public int Length => Weights + 2;

    /// <summary>Bits of the ring.</summary>
    public int RingBits => Point.RingBits;

    internal FixedPoint Point { get; }

    private FixedPoint Counts { get; }

    /// <summary>The vector of an update. With noise it is another one each time: mask it once, and store what is masked.</summary>
    /// <param name="update">A change with a number that is not finite counts as zeros.</param>
    /// <param name="random">A cryptographic generator; not used where there is no noise.</param>
    /// <exception cref="ArgumentException">It has another length, a control variate, or examples or steps outside their bounds.</exception>
    public ulong[] Encode(TrainerUpdate update, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(update);
        if (update.Delta.Length != Weights || update.ControlDelta is not null || update.Steps < 1 || update.Examples < 1
            || (ExamplesMax > 1 && update.Examples > ExamplesMax))
        {
            throw new ArgumentException(
                $"The update of '{update.Trainer}' has {update.Delta.Length} weights, {update.Examples} examples and {update.Steps} steps; "
                + $"a masked sum takes {Weights} weights, 1 to {ExamplesMax} examples, a step at least, and no control variate.",
                nameof(update));
        }

        var examples = ExamplesMax == 1 ? 1 : update.Examples;
        var steps = new long[Length];
        ClippedSteps.Cut(update.Delta, examples / (double)ExamplesMax, ClipNorm, Point.FromSteps(1), steps.AsSpan(0, Weights));
        if (NoiseMultiplier > 0)
        {
            var noise = new GridGaussian(random);
            for (var i = 0; i < Weights; i++)
            {
                steps[i] += noise.Next(sigmaSteps);
            }
        }

        (steps[^2], steps[^1]) = (examples, ExamplesMax == 1 ? 1 : Math.Min(update.Steps, StepsMax));
        return Array.ConvertAll(steps, step => unchecked((ulong)step));
    }

    /// <summary>The reporters' mean update, weighted: the one update to hand to a strategy.</summary>
    /// <param name="sum">What the round's server computed.</param>
    /// <param name="reporters">Trainers in it.</param>
    /// <exception cref="InvalidDataException">The sum is not one of so many vectors.</exception>
    public TrainerUpdate Decode(ReadOnlySpan<ulong> sum, int reporters)
    {
        if (sum.Length != Length || reporters < ReportersMin || reporters > Trainers)
        {
            throw new InvalidDataException($"{sum.Length} elements of {reporters} reporters are no sum of this encoding.");
        }

        var (examples, steps) = (Counts.Signed(sum[^2]), Counts.Signed(sum[^1]));
        if (examples < reporters || examples > reporters * ExamplesMax || steps < reporters)
        {
            throw new InvalidDataException($"{examples} examples and {steps} steps of {reporters} reporters: masks are left in the sum.");
        }

        var (delta, weight) = (new float[Weights], examples / (double)ExamplesMax);
        for (var i = 0; i < delta.Length; i++)
        {
            delta[i] = (float)(Point.FromSteps(Point.Signed(sum[i])) / weight);
        }

        return new TrainerUpdate(SumName, delta, examples, (int)Math.Min(steps, int.MaxValue));
    }
}
