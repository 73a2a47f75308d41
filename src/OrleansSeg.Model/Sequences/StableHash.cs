using System.IO.Hashing;
using System.Text;

namespace OrleansSeg.Model.Sequences;

/// <summary>Hash buckets that are the same in every process.</summary>
internal static class StableHash
{
    /// <summary>A bucket from 1; 0 is kept for "none".</summary>
    public static int Bucket(string? text, int buckets) =>
        string.IsNullOrEmpty(text) ? 0 : 1 + (int)(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(text)) % (ulong)(buckets - 1));
}
