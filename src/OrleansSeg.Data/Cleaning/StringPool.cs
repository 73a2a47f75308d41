using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace OrleansSeg.Data.Cleaning;

/// <summary>Gives the same string for the same characters where it can, so that a buffer of events holds a title once.</summary>
/// <remarks>Bounded: a slot for each hash, the newest string wins. Long texts are not pooled.</remarks>
internal sealed class StringPool(int slots = 1 << 14)
{
    private const int LengthMax = 128;

    private readonly string?[] _slots = new string?[slots];

    /// <summary>A string of these characters.</summary>
    public string Get(ReadOnlySpan<char> text)
    {
        if (text.Length > LengthMax)
        {
            return text.ToString();
        }

        ref var slot = ref _slots[XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text)) & (ulong)(slots - 1)];
        return slot is { } pooled && text.SequenceEqual(pooled) ? pooled : slot = text.ToString();
    }
}
