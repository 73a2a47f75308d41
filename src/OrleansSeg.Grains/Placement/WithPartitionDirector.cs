using System.Globalization;
using Orleans.Runtime.Placement;
using OrleansSeg.Customers;
using OrleansSeg.Events;

namespace OrleansSeg.Placement;

/// <summary>Chooses the silo of a partition by rendezvous hash over the silos that the filters leave.</summary>
/// <remarks>
/// It saves the calls between customers and their partition a way over the network, and nothing relies on it: silos that see different
/// members, or do not know a site's layout yet, place members of one partition apart. Grains in memory stay where they are.
/// </remarks>
internal sealed class WithPartitionDirector(SiteDirectory sites) : IPlacementDirector
{
    private static readonly GrainType Customers = GrainType.Create(CustomerGrain.TypeName);

    /// <inheritdoc />
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        return Task.FromResult(
            IPlacementDirector.GetPlacementHint(target.RequestContextData, silos)
            ?? (silos.Length == 1 ? silos[0] : RendezvousHash.Choose(PartitionOf(target.GrainIdentity), silos)));
    }

    /// <summary>The partition's key: the grain's own, or that of its customer's partition.</summary>
    private string PartitionOf(GrainId grain)
    {
        var key = grain.Key.ToString()!;
        return grain.Type == Customers && SiteKey.Of(grain) is { } site
            ? string.Create(CultureInfo.InvariantCulture, $"{site}:{CustomerKey.PartitionOf(key, sites.GuessPartitionCount(site))}")
            : key;
    }
}
