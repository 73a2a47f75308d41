using Orleans.Placement;
using Orleans.Runtime.Placement;
using OrleansSeg.Customers;
using OrleansSeg.Inference;

namespace OrleansSeg.Placement;

/// <summary>Places a grain that computes on a site's data only on silos that serve the site and run inference: the others load no tensor library.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TrainingSilosAttribute() : PlacementFilterAttribute(new TrainingSilosStrategy());

/// <summary>The strategy behind <see cref="TrainingSilosAttribute"/>; it has no settings to carry.</summary>
public sealed class TrainingSilosStrategy() : PlacementFilterStrategy(order: 3);

/// <summary>Keeps the silos that may train on a site's data.</summary>
internal sealed class TrainingSilosDirector(SiloRoles roles) : IPlacementFilterDirector
{
    /// <inheritdoc />
    /// <exception cref="SiteUnavailableException">No silo serves the site.</exception>
    /// <exception cref="InferenceUnavailableException">None of those that do runs inference.</exception>
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        if (SiteKey.Of(target.GrainIdentity) is not { } site)
        {
            return silos;
        }

        var serving = silos.Where(silo => roles.Of(silo).Serves(site)).ToArray();
        var chosen = Array.FindAll(serving, silo => roles.Of(silo).RunsInference);
        return TrialSlot.Of(target.GrainIdentity) is { } slot && chosen.Length > 0 ? [chosen.Order().ElementAt(slot % chosen.Length)]
            : chosen.Length > 0 ? chosen
            : serving.Length > 0 ? throw InferenceDoors.NoneServes(site)
            : throw new SiteUnavailableException(site);
    }
}
