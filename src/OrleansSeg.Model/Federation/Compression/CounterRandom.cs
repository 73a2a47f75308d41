namespace OrleansSeg.Model.Federation.Compression;

/// <summary>Random numbers by index: each hangs on the seed and its place alone, so that no order of work changes them.</summary>
internal static class CounterRandom
{
    /// <summary>From 0 to below 1, in steps of 2^-53: SplitMix64 (Steele, Lea and Flood 2014) of the index-th state after the seed.</summary>
    public static double Uniform(ulong seed, long index)
    {
        var z = unchecked(seed + ((ulong)(index + 1) * 0x9E3779B97F4A7C15));
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1L << 53));
    }
}
