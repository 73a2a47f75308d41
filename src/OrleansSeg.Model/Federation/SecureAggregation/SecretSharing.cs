using System.Security.Cryptography;

namespace OrleansSeg.Model.Federation.SecureAggregation;

/// <summary>Secrets in shares, of which a threshold gives the secret back and fewer say nothing about it.</summary>
/// <remarks>
/// Shamir 1979, "How to share a secret", byte by byte over GF(2^8) with the polynomial of AES (x^8 + x^4 + x^3 + x + 1). Bytes, because
/// the secrets are 32 uniform bytes: a share is then as long as its secret, needs no big integers and no encoding. The price is at most
/// 255 shares. Multiplication takes no branch and no table look-up that hangs on a secret.
/// </remarks>
public static class SecretSharing
{
    /// <summary>Most shares of a secret.</summary>
    public const int SharesMax = byte.MaxValue;

    /// <summary>Shares for the holders 1 to <paramref name="holders"/>.</summary>
    /// <param name="secret">What is shared.</param>
    /// <param name="threshold">Shares that give it back; 1 to <paramref name="holders"/>.</param>
    /// <param name="holders">At most <see cref="SharesMax"/>.</param>
    /// <param name="random">A cryptographic generator.</param>
    /// <returns>[holder - 1] that holder's share, as long as the secret.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The threshold or the number of holders is outside its bounds.</exception>
    public static byte[][] Split(ReadOnlySpan<byte> secret, int threshold, int holders, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(holders, SharesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, holders);
        var coefficients = new byte[threshold][];
        coefficients[0] = secret.ToArray();
        for (var power = 1; power < threshold; power++)
        {
            random.GetBytes(coefficients[power] = new byte[secret.Length]);
        }

        var shares = new byte[holders][];
        for (var holder = 1; holder <= holders; holder++)
        {
            var share = new byte[secret.Length];
            for (var power = threshold - 1; power >= 0; power--)
            {
                for (var i = 0; i < share.Length; i++)
                {
                    share[i] = (byte)(Multiply(share[i], (byte)holder) ^ coefficients[power][i]);
                }
            }

            shares[holder - 1] = share;
        }

        foreach (var coefficient in coefficients)
        {
            CryptographicOperations.ZeroMemory(coefficient);
        }

        return shares;
    }

    /// <summary>The secret of exactly as many shares as its threshold. Shares of fewer, or false ones, give other bytes, not an error.</summary>
    /// <param name="shares">By holder, from 1; each as long as the secret.</param>
    /// <exception cref="ArgumentException">There is no share, one is of another length, or a holder is no byte above 0 or comes twice.</exception>
    public static byte[] Combine(IReadOnlyList<(int Holder, byte[] Share)> shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Count == 0 || shares.Any(share => share.Share.Length != shares[0].Share.Length || share.Holder is < 1 or > SharesMax)
            || shares.DistinctBy(share => share.Holder).Count() != shares.Count)
        {
            throw new ArgumentException("Shares are of one length and of different holders from 1 to 255.", nameof(shares));
        }

        var secret = new byte[shares[0].Share.Length];
        foreach (var (holder, share) in shares)
        {
            byte weight = 1;
            foreach (var (other, _) in shares)
            {
                if (other != holder)
                {
                    weight = Multiply(weight, Multiply((byte)other, Invert((byte)(other ^ holder))));
                }
            }

            for (var i = 0; i < secret.Length; i++)
            {
                secret[i] ^= Multiply(share[i], weight);
            }
        }

        return secret;
    }

    internal static byte Multiply(byte left, byte right)
    {
        int product = 0, a = left;
        for (var bit = 0; bit < 8; bit++)
        {
            product ^= a & -((right >> bit) & 1);
            a = (a << 1) ^ (0x11B & -(a >> 7));
        }

        return (byte)product;
    }

    // The multiplicative group has 255 elements, so that the inverse is the 254th power.
    private static byte Invert(byte value)
    {
        byte result = 1, power = value;
        for (var exponent = 254; exponent > 0; exponent >>= 1)
        {
            result = (exponent & 1) == 1 ? Multiply(result, power) : result;
            power = Multiply(power, power);
        }

        return result;
    }
}
