using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace OrleansSeg.Placement;

/// <summary>Chooses one silo for a name: the same in every process, and stable when others come and go.</summary>
/// <remarks>
/// Highest random weight (Thaler and Ravishankar 1998, IEEE/ACM Transactions on Networking 6(1)). A silo that joins takes names from each
/// of the others in equal parts, and one that leaves gives its own to the others; no name moves between two that stay. The weight follows
/// from the endpoint alone, so that a silo that is started again gets its names back.
/// </remarks>
internal static class RendezvousHash
{
    /// <summary>The silo of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="silos">At least one, in any order.</param>
    /// <exception cref="ArgumentException">There is no silo to choose.</exception>
    public static SiloAddress Choose(string name, ReadOnlySpan<SiloAddress> silos)
    {
        ArgumentOutOfRangeException.ThrowIfZero(silos.Length, nameof(silos));
        var chosen = silos[0];
        if (silos.Length == 1)
        {
            return chosen;
        }

        var bytes = Encoding.UTF8.GetBytes(name);
        var highest = Weigh(bytes, chosen);
        foreach (var silo in silos[1..])
        {
            var weight = Weigh(bytes, silo);
            if (weight > highest || (weight == highest && silo.CompareTo(chosen) > 0))
            {
                (chosen, highest) = (silo, weight);
            }
        }

        return chosen;
    }

    private static ulong Weigh(ReadOnlySpan<byte> name, SiloAddress silo)
    {
        Span<byte> endpoint = stackalloc byte[18];
        silo.Endpoint.Address.TryWriteBytes(endpoint, out var length);
        BinaryPrimitives.WriteUInt16LittleEndian(endpoint[length..], (ushort)silo.Endpoint.Port);
        return XxHash64.HashToUInt64(name, (long)XxHash64.HashToUInt64(endpoint[..(length + 2)]));
    }
}
