using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace OrleansSeg.Model.Federation.SecureAggregation.Keys;

/// <summary>A trainer and the Ed25519 key with which its signatures are checked.</summary>
/// <param name="Trainer">The trainer's id.</param>
/// <param name="PublicKey">32 bytes.</param>
public sealed record TrainerKey(string Trainer, byte[] PublicKey)
{
    internal bool Verifies(ReadOnlySpan<byte> message, byte[] signature)
    {
        if (PublicKey.Length != Ed25519.PublicKeySize || signature.Length != Ed25519.SignatureSize)
        {
            return false;
        }

        var bytes = message.ToArray();
        return Ed25519.Verify(signature, 0, PublicKey, 0, bytes, 0, bytes.Length);
    }
}

/// <summary>A trainer's long-lived Ed25519 key pair (RFC 8032): what makes others believe that a round's keys are its own.</summary>
public sealed class TrainerIdentity
{
    private readonly Ed25519PrivateKeyParameters key;

    /// <summary>The identity of a stored secret.</summary>
    /// <param name="trainer">The trainer's id.</param>
    /// <param name="secret">32 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The secret has another length.</exception>
    public TrainerIdentity(string trainer, byte[] secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(trainer);
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, Ed25519.SecretKeySize, nameof(secret));
        key = new Ed25519PrivateKeyParameters(secret);
        Public = new TrainerKey(trainer, key.GeneratePublicKey().GetEncoded());
    }

    /// <summary>The trainer's id and public key.</summary>
    public TrainerKey Public { get; }

    /// <summary>A new secret to store and to make identities of.</summary>
    public static byte[] NewSecret(RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var secret = new byte[Ed25519.SecretKeySize];
        random.GetBytes(secret);
        return secret;
    }

    internal byte[] Sign(byte[] message)
    {
        var signature = new byte[Ed25519.SignatureSize];
        key.Sign(Ed25519.Algorithm.Ed25519, null, message, 0, message.Length, signature, 0);
        return signature;
    }
}
