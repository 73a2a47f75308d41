using System.Security.Cryptography;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>Releases sums of clipped contributions with normal noise on a grid; see <see cref="GridGaussian"/>.</summary>
public sealed record GaussianMechanism
{
    private const int StepsOfSigma = 32;
    private const double ClipStepsMax = 1L << 52;

    /// <param name="clipNorm">Euclidean norm to which a contribution is clipped; above 0.</param>
    /// <param name="noiseMultiplier">Standard deviation of the noise over the clip norm; at least 2^-19.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its bounds.</exception>
    public GaussianMechanism(double clipNorm, double noiseMultiplier)
    {
        if (!(clipNorm > 0) || !double.IsFinite(clipNorm))
        {
            throw new ArgumentOutOfRangeException(nameof(clipNorm), clipNorm, "The clip norm is a number above 0.");
        }

        var sigma = clipNorm * noiseMultiplier;
        var step = double.IsFinite(sigma) && sigma > 0 ? Math.ScaleB(1, Math.ILogB(sigma) - StepsOfSigma) : 0;
        if (!(step > 0) || clipNorm / step > ClipStepsMax)
        {
            throw new ArgumentOutOfRangeException(nameof(noiseMultiplier), noiseMultiplier, "The noise multiplier is at least 2^-19.");
        }

        (ClipNorm, NoiseMultiplier, Step, SigmaSteps) = (clipNorm, noiseMultiplier, step, (long)Math.Ceiling(sigma / step));
    }

    /// <summary>Norm to which a contribution is clipped.</summary>
    public double ClipNorm { get; }

    /// <summary>Standard deviation of the noise over <see cref="ClipNorm"/>: what an accountant asks for.</summary>
    public double NoiseMultiplier { get; }

    /// <summary>The grid: a power of two, 2^32 to 2^33 of it to a standard deviation. It hangs on nothing that is private.</summary>
    internal double Step { get; }

    /// <summary>Standard deviation in steps, rounded up.</summary>
    internal long SigmaSteps { get; }

    /// <summary>An empty sum to add contributions to.</summary>
    public ClippedSum NewSum(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return new ClippedSum(length, this);
    }

    /// <summary>The sum with noise. Draw it once, store it, and use what is stored: two draws are two releases.</summary>
    /// <param name="sum">A sum of this mechanism.</param>
    /// <param name="random">A cryptographic generator; a seeded one in tests alone.</param>
    /// <exception cref="ArgumentException">The sum is another mechanism's.</exception>
    public float[] Release(ClippedSum sum, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(sum);
        if (sum.Mechanism != this)
        {
            throw new ArgumentException("The sum was clipped for another mechanism.", nameof(sum));
        }

        var noise = new GridGaussian(random);
        var steps = sum.Steps;
        var released = new float[steps.Length];
        for (var i = 0; i < released.Length; i++)
        {
            released[i] = (float)(checked(steps[i] + noise.Next(SigmaSteps)) * Step);
        }

        return released;
    }
}
