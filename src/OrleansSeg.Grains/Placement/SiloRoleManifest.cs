using Microsoft.Extensions.Options;
using Orleans.Metadata;
using OrleansSeg.Inference;

namespace OrleansSeg.Placement;

/// <summary>Tells the other silos this silo's role, in the manifest from which they learn what grains it hosts.</summary>
/// <remarks>
/// A silo is a candidate for a grain only once its manifest has arrived, so a candidate's role is always known. Orleans' silo metadata are
/// fetched apart: for a moment after a join, and for minutes after a fetch that failed, a candidate would have none.
/// </remarks>
internal sealed class SiloRoleManifest(IOptions<RoleOptions> role, IOptions<InferenceOptions> inference) : IGrainPropertiesProvider
{
    /// <summary>The grain class that carries the role; every silo hosts it in name.</summary>
    public static GrainType Carrier { get; } = GrainType.Create(InferenceWorkerGrain.TypeName);

    /// <inheritdoc />
    public void Populate(Type grainClass, GrainType grainType, Dictionary<string, string> properties)
    {
        if (grainType == Carrier)
        {
            var sites = role.Value.Sites.Count == 0 ? null : role.Value.Sites.AsReadOnly();
            new SiloRole(inference.Value.Enabled, role.Value.HoldsCustomers, sites).WriteTo(properties);
        }
    }
}
