using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace OrleansSeg.Inference;

/// <summary>Places an inference worker on the silo that its key means, if it means one.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NamedSiloAttribute() : PlacementFilterAttribute(new NamedSiloStrategy());

/// <summary>The strategy behind <see cref="NamedSiloAttribute"/>; it has no settings to carry.</summary>
public sealed class NamedSiloStrategy() : PlacementFilterStrategy(order: 1);

/// <summary>Keeps the silo that the key means.</summary>
internal sealed class NamedSiloDirector : IPlacementFilterDirector
{
    /// <inheritdoc />
    /// <exception cref="InferenceUnavailableException">It has left since it was chosen; whoever asks again chooses another.</exception>
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        if (!target.GrainIdentity.TryGetIntegerKey(out var key, out _) || !WorkerKey.NamesSilo(key))
        {
            return silos;
        }

        var named = silos.Where(silo => WorkerKey.Means(key, silo)).ToArray();
        return named.Length > 0 ? named : throw new InferenceUnavailableException("The inference silo that was to answer has left.");
    }
}
