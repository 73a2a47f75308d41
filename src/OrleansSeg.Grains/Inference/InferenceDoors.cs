using Microsoft.Extensions.Options;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Placement;

namespace OrleansSeg.Inference;

/// <summary>Which inference silo scores a customer, and by which slot.</summary>
/// <remarks>
/// Only silos that serve the customer's site are asked. Where each of them runs inference and holds customers, a customer is scored on its
/// own silo: the load follows the customers, and nothing travels. Otherwise customers are spread over all inference silos by rendezvous
/// hash, so that one that joins takes its share and only its share at once.
/// </remarks>
internal sealed class InferenceDoors(IGrainFactory grains, SiloRoles roles, IOptions<RescoringOptions> options)
{
    /// <summary>The door to the engine that scores this customer now.</summary>
    /// <exception cref="InferenceUnavailableException">No silo that serves the site runs inference.</exception>
    public IInferenceWorkerGrain Of(CustomerKey customer) =>
        grains.GetGrain<IInferenceWorkerGrain>(WorkerKey.Of(SiloOf(customer), customer.PartitionOf(options.Value.WorkerSlots)));

    /// <summary>What is said when no silo can compute on a site's data.</summary>
    public static InferenceUnavailableException NoneServes(string site) => new($"No silo that serves site '{site}' runs inference.");

    private SiloAddress SiloOf(CustomerKey customer)
    {
        var silos = roles.Current.Serving(customer.Site);
        return silos.Engines.IsEmpty ? throw NoneServes(customer.Site)
            : silos.AllAlike && silos.Engines.Contains(roles.Local) ? roles.Local
            : RendezvousHash.Choose(customer.GrainKey, silos.Engines.AsSpan());
    }
}
