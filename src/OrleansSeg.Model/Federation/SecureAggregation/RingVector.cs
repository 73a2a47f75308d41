using System.Runtime.InteropServices;

namespace OrleansSeg.Model.Federation.SecureAggregation;

/// <summary>Vectors of the integers modulo 2^32 or 2^64. In memory every element is 64 bits wide: the upper bits of a 32-bit ring are ignored.</summary>
public static class RingVector
{
    /// <summary>Adds <paramref name="other"/> to <paramref name="vector"/>, element by element.</summary>
    public static void Add(Span<ulong> vector, ReadOnlySpan<ulong> other)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.Length, vector.Length, nameof(other));
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = unchecked(vector[i] + other[i]);
        }
    }

    /// <summary>The bytes of a vector, little-endian, <paramref name="ringBits"/> / 8 an element.</summary>
    public static byte[] ToBytes(ReadOnlySpan<ulong> vector, int ringBits)
    {
        if (ringBits == 64)
        {
            return MemoryMarshal.AsBytes(vector).ToArray();
        }

        var narrow = new uint[vector.Length];
        for (var i = 0; i < narrow.Length; i++)
        {
            narrow[i] = unchecked((uint)vector[i]);
        }

        return MemoryMarshal.AsBytes<uint>(narrow).ToArray();
    }

    /// <summary>The vector that <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not those of <paramref name="length"/> elements.</exception>
    public static ulong[] FromBytes(ReadOnlySpan<byte> bytes, int length, int ringBits)
    {
        if (bytes.Length != (long)length * (ringBits / 8))
        {
            throw new InvalidDataException($"{bytes.Length} bytes are not {length} elements of {ringBits} bits.");
        }

        if (ringBits == 64)
        {
            return MemoryMarshal.Cast<byte, ulong>(bytes).ToArray();
        }

        var narrow = MemoryMarshal.Cast<byte, uint>(bytes);
        var vector = new ulong[length];
        for (var i = 0; i < length; i++)
        {
            vector[i] = narrow[i];
        }

        return vector;
    }
}
