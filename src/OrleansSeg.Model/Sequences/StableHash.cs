using System.IO.Hashing;
using System.Text;

namespace OrleansSeg.Model.Sequences;

/// <summary>Hashes that are the same in every process.</summary>
internal static class StableHash
{
    private const int StackBytesMax = 512;

    /// <summary>A bucket from 1; 0 is kept for "none".</summary>
    public static int Bucket(string? text, int buckets) =>
        string.IsNullOrEmpty(text) ? 0 : 1 + (int)(Of(text, 0) % (ulong)(buckets - 1));

    /// <summary>64 bits of a text.</summary>
    public static ulong Of(string text, long seed)
    {
        var length = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = length <= StackBytesMax ? stackalloc byte[StackBytesMax] : new byte[length];
        return XxHash64.HashToUInt64(bytes[..Encoding.UTF8.GetBytes(text, bytes)], seed);
    }
}
