using Microsoft.Extensions.Options;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Placement;

namespace OrleansSeg.Inference;

/// <summary>Which inference silo scores a customer, and by which slot.</summary>
/// <remarks>
/// Where every silo runs inference a customer is scored on its own silo: the load follows the customers, and nothing travels. Otherwise
/// customers are spread over all inference silos by rendezvous hash, so that one that joins takes its share and only its share at once.
/// </remarks>
internal sealed class InferenceDoors(IGrainFactory grains, SiloRoles roles, IOptions<RescoringOptions> options)
{
    /// <summary>The door to the engine that scores this customer now.</summary>
    /// <exception cref="InferenceUnavailableException">No silo runs inference.</exception>
    public IInferenceWorkerGrain Of(CustomerKey customer) =>
        grains.GetGrain<IInferenceWorkerGrain>(WorkerKey.Of(SiloOf(customer), customer.PartitionOf(options.Value.WorkerSlots)));

    private SiloAddress SiloOf(CustomerKey customer)
    {
        var now = roles.Current;
        return now.Engines.IsEmpty ? throw InferenceSilosDirector.Unavailable()
            : now.AllAreEngines && now.Engines.Contains(roles.Local) ? roles.Local
            : RendezvousHash.Choose(customer.GrainKey, now.Engines.AsSpan());
    }
}
