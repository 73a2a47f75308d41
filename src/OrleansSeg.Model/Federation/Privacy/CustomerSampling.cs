using System.Security.Cryptography;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>Who takes part in a step. The accountant counts on nobody knowing, so the draw is kept secret.</summary>
public static class CustomerSampling
{
    /// <summary>Indices of the units drawn, ascending: each by itself with probability <paramref name="rate"/>, so perhaps none.</summary>
    /// <param name="count">Units there are; at least 0.</param>
    /// <param name="rate">0 to 1.</param>
    /// <param name="random">A cryptographic generator.</param>
    public static int[] Poisson(int count, double rate, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (!(rate >= 0 && rate <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "The sampling rate is between 0 and 1.");
        }

        var (words, drawn) = (new RandomWords(random), new List<int>());
        for (var i = 0; i < count; i++)
        {
            // 53 bits: the rate is compared as exactly as a double holds it.
            if ((words.Next() >> 11) * Math.ScaleB(1, -53) < rate)
            {
                drawn.Add(i);
            }
        }

        return [.. drawn];
    }
}
