using System.IO.Hashing;
using System.Text;

namespace OrleansSeg.Inference;

/// <summary>Keys of inference workers: a slot number, alone or with the silo that is meant.</summary>
/// <remarks>
/// The runtime keeps the silo that a key once went to, for as long as that silo lives. A key that names its silo can be kept without
/// harm: whoever asks chooses the silo anew for each call, so a silo that joins gets its share with the next ones.
/// </remarks>
internal static class WorkerKey
{
    /// <summary>Slot numbers go from 0 to this, exclusive.</summary>
    public const int SlotsMax = 1_024;

    /// <summary>The key of a slot on one silo; a silo that is started again is another one.</summary>
    public static long Of(SiloAddress silo, int slot)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, SlotsMax);
        return TagOf(silo) | (long)slot;
    }

    /// <summary>Whether the key means one silo.</summary>
    public static bool NamesSilo(long key) => key is < 0 or >= SlotsMax;

    /// <summary>Whether the key, which names a silo, means this one.</summary>
    public static bool Means(long key, SiloAddress silo) => (key & ~(SlotsMax - 1L)) == TagOf(silo);

    // 54 bits: that two silos of a cluster share a tag is not to be expected in its lifetime.
    private static long TagOf(SiloAddress silo) =>
        (long)XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(silo.ToParsableString())) & ~(SlotsMax - 1L);
}
