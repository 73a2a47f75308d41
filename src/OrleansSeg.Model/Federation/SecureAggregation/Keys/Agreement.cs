using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace OrleansSeg.Model.Federation.SecureAggregation.Keys;

/// <summary>X25519 (RFC 7748), and the keys that HKDF-SHA256 (RFC 5869) makes of what two trainers agree on.</summary>
internal static class Agreement
{
    public const int KeyLength = X25519.ScalarSize;

    /// <summary>The public key of 32 secret bytes.</summary>
    public static byte[] PublicKey(byte[] secret)
    {
        var key = new byte[KeyLength];
        X25519.ScalarMultBase(secret, 0, key, 0);
        return key;
    }

    /// <summary>The key of the mask that two trainers share; the same from either end.</summary>
    public static byte[] PairMask(SecureRound round, byte[] secret, byte[] peerKey, string one, string other)
    {
        var (first, second) = string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
        return Derive(round, secret, peerKey, new Transcript("pair mask").Add(first).Add(second));
    }

    /// <summary>The key that seals what one trainer sends another. The way back has another key, so that nothing can be reflected.</summary>
    public static byte[] Seal(SecureRound round, byte[] secret, byte[] peerKey, string from, string to) =>
        Derive(round, secret, peerKey, new Transcript("sealed share").Add(from).Add(to));

    /// <summary>The key of a trainer's own mask.</summary>
    public static byte[] SelfMask(SecureRound round, byte[] seed, string trainer) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, seed, MaskStream.KeyLength, round.Digest, new Transcript("self mask").Add(trainer).ToArray());

    /// <summary>What a trainer says of its seed beforehand: the seed is 32 uniform bytes, so its hash hides it.</summary>
    public static byte[] Commitment(SecureRound round, byte[] seed, string trainer) =>
        SHA256.HashData(new Transcript("seed").Add(round.Digest).Add(trainer).Add(seed).ToArray());

    private static byte[] Derive(SecureRound round, byte[] secret, byte[] peerKey, Transcript purpose)
    {
        var shared = new byte[KeyLength];
        if (!X25519.CalculateAgreement(secret, 0, peerKey, 0, shared, 0))
        {
            throw new SecureMessageRefusedException("A key of small order was advertised: any agreement with it would be known to all.");
        }

        try
        {
            return HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, MaskStream.KeyLength, round.Digest, purpose.ToArray());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(shared);
        }
    }
}
