using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansSeg.Data.Cleaning;

/// <summary>One entry of a <see cref="HashCountTable"/>; all zero is an empty slot.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct HashSlot(ulong High, ulong Low, int Value)
{
    /// <summary>Bytes of a slot.</summary>
    public const int Size = 20;

    /// <summary>Whether nothing is here.</summary>
    public bool IsEmpty => (High | Low) == 0;

    /// <summary>A slot for a hash; the one hash that would look empty is moved to its neighbour.</summary>
    public static HashSlot Of(UInt128 hash, int value = 0) => hash == 0 ? new HashSlot(0, 1, value) : new HashSlot((ulong)(hash >> 64), (ulong)hash, value);

    /// <summary>Where the entry wants to be in a table of 2^<paramref name="bits"/> slots; a table twice as large keeps the order.</summary>
    public long Home(int bits) => (long)(((High ^ BitOperations.RotateLeft(Low, 32)) * 0x9E3779B97F4A7C15) >> (64 - bits));

    /// <summary>Whether both are of one hash.</summary>
    public bool HasHashOf(HashSlot other) => High == other.High && Low == other.Low;
}
