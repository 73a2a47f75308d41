using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace OrleansSeg.Model.Federation.SecureAggregation;

/// <summary>Masks: the key stream of AES-256 in counter mode, read as ring elements.</summary>
/// <remarks>The counter begins at zero, since a mask key belongs to one round and one pair or trainer and is expanded to one vector.</remarks>
internal static class MaskStream
{
    /// <summary>Length of a key in bytes.</summary>
    public const int KeyLength = 32;

    private const int BlockLength = 16;
    private const int BlocksAtOnce = 512;

    /// <summary>Adds the mask of a key to a vector.</summary>
    public static void Add(Span<ulong> vector, ReadOnlySpan<byte> key, int ringBits) => Apply(vector, key, ringBits, subtract: false);

    /// <summary>Takes the mask of a key from a vector.</summary>
    public static void Subtract(Span<ulong> vector, ReadOnlySpan<byte> key, int ringBits) => Apply(vector, key, ringBits, subtract: true);

    private static void Apply(Span<ulong> vector, ReadOnlySpan<byte> key, int ringBits, bool subtract)
    {
        using var aes = Aes.Create();
        aes.SetKey(key);
        Span<byte> stream = new byte[BlocksAtOnce * BlockLength];
        var counters = new byte[stream.Length];
        var counter = 0UL;
        for (var done = 0; done < vector.Length;)
        {
            for (var block = 0; block < BlocksAtOnce; block++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(counters.AsSpan(block * BlockLength), counter++);
            }

            aes.EncryptEcb(counters, stream, PaddingMode.None);
            var part = vector[done..Math.Min(vector.Length, done + (stream.Length * 8 / ringBits))];
            if (ringBits == 64)
            {
                AddWide(part, MemoryMarshal.Cast<byte, ulong>(stream), subtract);
            }
            else
            {
                AddNarrow(part, MemoryMarshal.Cast<byte, uint>(stream), subtract);
            }

            done += part.Length;
        }
    }

    private static void AddWide(Span<ulong> part, ReadOnlySpan<ulong> mask, bool subtract)
    {
        for (var i = 0; i < part.Length; i++)
        {
            part[i] = unchecked(subtract ? part[i] - mask[i] : part[i] + mask[i]);
        }
    }

    private static void AddNarrow(Span<ulong> part, ReadOnlySpan<uint> mask, bool subtract)
    {
        for (var i = 0; i < part.Length; i++)
        {
            part[i] = unchecked(subtract ? part[i] - mask[i] : part[i] + mask[i]);
        }
    }
}
