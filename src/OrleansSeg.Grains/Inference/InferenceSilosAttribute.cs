using Orleans.Placement;
using Orleans.Runtime.Placement;
using OrleansSeg.Placement;

namespace OrleansSeg.Inference;

/// <summary>Places a grain only on silos that run inference.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class InferenceSilosAttribute() : PlacementFilterAttribute(new InferenceSilosStrategy());

/// <summary>The strategy behind <see cref="InferenceSilosAttribute"/>; it has no settings to carry.</summary>
public sealed class InferenceSilosStrategy() : PlacementFilterStrategy(order: 0);

/// <summary>Keeps the silos that run an engine.</summary>
internal sealed class InferenceSilosDirector(SiloRoles roles) : IPlacementFilterDirector
{
    /// <inheritdoc />
    /// <exception cref="InferenceUnavailableException">None is left: the caller gets this, not the runtime's list of every silo.</exception>
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        var chosen = silos.Where(silo => roles.Of(silo).RunsInference).ToArray();
        return chosen.Length > 0 ? chosen : throw new InferenceUnavailableException("No silo of the cluster runs inference.");
    }
}
