using System.Security.Cryptography;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>Normal deviates rounded to whole numbers, made of random bits and integer arithmetic alone.</summary>
/// <remarks>
/// <para>Floating-point noise betrays what it was added to: which doubles can come out hangs on it (Mironov 2012, "On significance of the
/// least significant bits for differential privacy", CCS). Here values and noise are whole steps of one grid. Adding a rounded normal to a
/// whole number is the same as rounding their sum, so what comes out is the Gaussian mechanism's output, rounded: it has every guarantee of
/// the continuous mechanism, under sampling too, whatever the step.</para>
/// <para>The sampler is algorithm N of Karney 2016, "Sampling exactly from the normal distribution", ACM TOMS 42(1), arXiv:1303.6257.
/// Differs: uniform deviates have 64 bits (128 in the number that is returned) in place of as many as it takes. One deviate is within
/// 2^-56 of the exact distribution (total variation), so a run of 10^9 of them adds less than 2^-26 to a delta, and 10^6 less than 2^-36.
/// It takes more or less time for larger or smaller deviates: whoever can time single deviates is outside what it protects from.</para>
/// </remarks>
public sealed class GridGaussian
{
    /// <summary>Largest standard deviation, in steps.</summary>
    public const long SigmaMax = 1L << 56;

    /// <summary>No deviate is above this many standard deviations: one that is, of chance below 2^-180, is drawn again.</summary>
    public const int DeviationsMax = 16;

    // exp(-1/2) in units of 2^-64.
    private const ulong ExpMinusHalf = 0x9B4597E37CB04FF3;

    private readonly RandomWords words;

    /// <param name="random">A cryptographic generator; a seeded one in tests alone.</param>
    public GridGaussian(RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        words = new RandomWords(random);
    }

    /// <summary>A normal deviate of mean 0, rounded to the nearest whole number.</summary>
    /// <param name="sigma">Standard deviation in steps; 1 to <see cref="SigmaMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The standard deviation is outside its bounds.</exception>
    public long Next(long sigma)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sigma, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sigma, SigmaMax);
        while (true)
        {
            var (whole, fraction) = HalfNormal();
            if (whole < DeviationsMax)
            {
                var magnitude = (whole * sigma) + Scaled(fraction, (ulong)sigma);
                return (words.Next() & 1) == 0 ? magnitude : -magnitude;
            }
        }
    }

    /// <summary>The magnitude of a standard normal deviate: its whole part, and the first 64 bits of the rest.</summary>
    private (long Whole, ulong Fraction) HalfNormal()
    {
        while (true)
        {
            var whole = 0L;
            while (Half())
            {
                whole++;
            }

            if (AllHalves(whole * (whole - 1)))
            {
                var fraction = words.Next();
                if (Kept(whole, fraction))
                {
                    return (whole, fraction);
                }
            }
        }
    }

    /// <summary>True with probability exp(-1/2).</summary>
    private bool Half() => words.Next() < ExpMinusHalf;

    private bool AllHalves(long count)
    {
        for (var i = 0L; i < count; i++)
        {
            if (!Half())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True with probability exp(-x (2k + x) / 2): each of k + 1 trials with exp(-x (2k + x) / (2k + 2)).</summary>
    private bool Kept(long k, ulong x)
    {
        for (var trial = 0L; trial <= k; trial++)
        {
            // von Neumann's run of falling deviates below x, each kept with (2k + x) / (2k + 2), is of even length with that probability.
            var (even, last) = (true, x);
            while (true)
            {
                var next = words.Next();
                if (next >= last || !Below(k, x))
                {
                    break;
                }

                (even, last) = (!even, next);
            }

            if (!even)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True with probability (2k + x) / (2k + 2).</summary>
    private bool Below(long k, ulong x)
    {
        var sides = (2 * (ulong)k) + 2;
        var side = Math.BigMul(words.Next(), sides, out _);
        return side < sides - 2 || (side == sides - 2 && words.Next() < x);
    }

    /// <summary>The fraction times sigma, rounded to the nearest; 64 more bits of the fraction are drawn for it.</summary>
    private long Scaled(ulong fraction, ulong sigma)
    {
        var high = Math.BigMul(fraction, sigma, out var low);
        var rest = unchecked(low + Math.BigMul(words.Next(), sigma, out _));
        return (long)(high + (rest < low ? 1UL : 0) + (rest >> 63));
    }
}
