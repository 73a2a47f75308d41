namespace OrleansSeg.Data.Cleaning;

/// <summary>Counts by 128-bit hash.</summary>
internal sealed class HashCountTable
{
    private readonly Dictionary<UInt128, int> _counts = [];

    /// <summary>Distinct hashes counted.</summary>
    public long Count => _counts.Count;

    /// <summary>Adds one; returns the new count.</summary>
    public int Increment(UInt128 hash)
    {
        ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, hash, out _);
        return ++count;
    }
}
