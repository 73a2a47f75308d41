using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace OrleansSeg.Inference;

/// <summary>Places a grain only on silos whose metadata say <c>inference=true</c>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class InferenceSilosAttribute() : PlacementFilterAttribute(new InferenceSilosStrategy());

/// <summary>The strategy behind <see cref="InferenceSilosAttribute"/>; it has no settings to carry.</summary>
public sealed class InferenceSilosStrategy() : PlacementFilterStrategy(order: 0)
{
    /// <summary>Metadata key, and the value that admits a silo.</summary>
    public const string MetadataKey = "inference";

    /// <summary>The value that admits a silo.</summary>
    public const string MetadataValue = "true";
}

/// <summary>Keeps the silos that run an engine.</summary>
/// <remarks>A silo that has just joined is left out until its metadata have arrived, which is a matter of moments.</remarks>
internal sealed class InferenceSilosDirector(ISiloMetadataCache metadata) : IPlacementFilterDirector
{
    /// <inheritdoc />
    /// <exception cref="InferenceUnavailableException">None is left: the caller gets this, not the runtime's list of every silo.</exception>
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        var chosen = silos.Where(RunsInference).ToArray();
        return chosen.Length > 0 ? chosen : throw new InferenceUnavailableException("No silo of the cluster runs inference.");
    }

    private bool RunsInference(SiloAddress silo) =>
        metadata.GetSiloMetadata(silo).Metadata.TryGetValue(InferenceSilosStrategy.MetadataKey, out var value)
        && value == InferenceSilosStrategy.MetadataValue;
}
