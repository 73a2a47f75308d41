using System.Security.Cryptography;

namespace OrleansSeg.Model.Federation.SecureAggregation.Messages;

/// <summary>A trainer's masked vector. To be stored before it is sent, under its hash, and sent again from there.</summary>
/// <param name="Trainer">The trainer.</param>
/// <param name="Vector">Ring elements, little-endian; see <see cref="RingVector"/>.</param>
public sealed record MaskedInput(string Trainer, byte[] Vector)
{
    /// <summary>SHA-256 of <see cref="Vector"/>, in lower-case hexadecimal.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Vector));
}
