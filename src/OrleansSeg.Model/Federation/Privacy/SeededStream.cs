using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>A cryptographic generator whose numbers follow from 256 random bits: stored bits give the same noise again, and nobody without them can tell it.</summary>
/// <remarks>
/// The key stream of AES-256 in counter mode, from zero. A seed is for one stream of one step of one run: noise that is added to two
/// different sums cancels in their difference. Not safe for several threads.
/// </remarks>
public sealed class SeededStream : RandomNumberGenerator
{
    /// <summary>Bytes of a seed.</summary>
    public const int SeedLength = 32;

    private const int BlockLength = 16;

    private readonly Aes aes = Aes.Create();
    private readonly byte[] counters = new byte[256 * BlockLength];
    private readonly byte[] stream = new byte[256 * BlockLength];
    private ulong counter;
    private int used;

    /// <param name="seed">Bits that were drawn once; <see cref="SeedLength"/> bytes.</param>
    /// <param name="purpose">What the numbers are for: another purpose gives a stream that has nothing to do with this one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The seed has another length.</exception>
    public SeededStream(ReadOnlySpan<byte> seed, string purpose)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, SeedLength, nameof(seed));
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        aes.Key = HKDF.DeriveKey(HashAlgorithmName.SHA256, seed.ToArray(), SeedLength, info: System.Text.Encoding.UTF8.GetBytes(purpose));
        used = stream.Length;
    }

    /// <inheritdoc />
    public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

    /// <inheritdoc />
    public override void GetBytes(Span<byte> data)
    {
        while (data.Length > 0)
        {
            if (used == stream.Length)
            {
                Fill();
            }

            var take = Math.Min(data.Length, stream.Length - used);
            stream.AsSpan(used, take).CopyTo(data);
            used += take;
            data = data[take..];
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            aes.Dispose();
        }

        CryptographicOperations.ZeroMemory(stream);
        base.Dispose(disposing);
    }

    private void Fill()
    {
        for (var at = 0; at < counters.Length; at += BlockLength)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(counters.AsSpan(at), counter++);
        }

        aes.EncryptEcb(counters, stream, PaddingMode.None);
        used = 0;
    }
}
