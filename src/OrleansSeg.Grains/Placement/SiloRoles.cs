using System.Collections.Frozen;
using System.Collections.Immutable;
using Orleans.Metadata;

namespace OrleansSeg.Placement;

/// <summary>The roles of the cluster's silos, as this silo knows them now. Asking costs two comparisons while nobody joins or leaves.</summary>
internal sealed class SiloRoles(IClusterManifestProvider manifests, IClusterMembershipService membership, ILocalSiloDetails local)
{
    private RoleSnapshot? _last;

    /// <summary>This silo.</summary>
    public SiloAddress Local => local.SiloAddress;

    /// <summary>Everything known now.</summary>
    public RoleSnapshot Current
    {
        get
        {
            var (manifest, members) = (manifests.Current, membership.CurrentSnapshot);
            var last = Volatile.Read(ref _last);
            if (last is null || !last.IsOf(manifest, members))
            {
                last = new RoleSnapshot(manifest, members);
                Volatile.Write(ref _last, last);
            }

            return last;
        }
    }

    /// <summary>One silo's role; <see cref="SiloRole.Unknown"/> for a silo that has left or whose manifest has not arrived.</summary>
    public SiloRole Of(SiloAddress silo) => Current.Of(silo);
}

/// <summary>Roles at one instant.</summary>
internal sealed class RoleSnapshot
{
    private readonly ClusterManifest _manifest;
    private readonly ClusterMembershipSnapshot _members;
    private readonly FrozenDictionary<SiloAddress, SiloRole> _roles;

    public RoleSnapshot(ClusterManifest manifest, ClusterMembershipSnapshot members)
    {
        (_manifest, _members) = (manifest, members);
        _roles = manifest.Silos.ToFrozenDictionary(silo => silo.Key, silo => RoleIn(silo.Value));
        var active = _roles.Where(silo => members.GetSiloStatus(silo.Key) == SiloStatus.Active).ToArray();
        Engines = [.. active.Where(silo => silo.Value.RunsInference).Select(silo => silo.Key).Order()];
        AllAreEngines = active.All(silo => silo.Value.RunsInference);
    }

    /// <summary>Active silos that run inference, in the order of their addresses.</summary>
    public ImmutableArray<SiloAddress> Engines { get; }

    /// <summary>Whether every active silo runs inference.</summary>
    public bool AllAreEngines { get; }

    /// <summary>Whether this is what these say.</summary>
    public bool IsOf(ClusterManifest manifest, ClusterMembershipSnapshot members) =>
        ReferenceEquals(_manifest, manifest) && ReferenceEquals(_members, members);

    /// <summary>One silo's role.</summary>
    public SiloRole Of(SiloAddress silo) => _roles.GetValueOrDefault(silo, SiloRole.Unknown);

    private static SiloRole RoleIn(GrainManifest manifest) =>
        manifest.Grains.TryGetValue(SiloRoleManifest.Carrier, out var carrier) ? SiloRole.Read(carrier.Properties) : SiloRole.Unknown;
}
