using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<string, SiteSilos> _sites = new(StringComparer.Ordinal);

    public RoleSnapshot(ClusterManifest manifest, ClusterMembershipSnapshot members)
    {
        (_manifest, _members) = (manifest, members);
        _roles = manifest.Silos.ToFrozenDictionary(silo => silo.Key, silo => RoleIn(silo.Value));
    }

    /// <summary>The active silos that serve a site.</summary>
    public SiteSilos Serving(string site) => _sites.GetOrAdd(site, Find);

    /// <summary>Whether this is what these say.</summary>
    public bool IsOf(ClusterManifest manifest, ClusterMembershipSnapshot members) =>
        ReferenceEquals(_manifest, manifest) && ReferenceEquals(_members, members);

    /// <summary>One silo's role.</summary>
    public SiloRole Of(SiloAddress silo) => _roles.GetValueOrDefault(silo, SiloRole.Unknown);

    private SiteSilos Find(string site)
    {
        var serving = _roles.Where(silo => silo.Value.Serves(site) && _members.GetSiloStatus(silo.Key) == SiloStatus.Active).ToArray();
        return new SiteSilos(
            [.. serving.Where(silo => silo.Value.RunsInference).Select(silo => silo.Key).Order()],
            serving.All(silo => silo.Value is { RunsInference: true, HoldsCustomers: true }));
    }

    private static SiloRole RoleIn(GrainManifest manifest) =>
        manifest.Grains.TryGetValue(SiloRoleManifest.Carrier, out var carrier) ? SiloRole.Read(carrier.Properties) : SiloRole.Unknown;
}

/// <summary>The active silos that serve one site.</summary>
/// <param name="Engines">Those that run inference, in the order of their addresses.</param>
/// <param name="AllAlike">Whether each of them runs inference and holds customers.</param>
internal sealed record SiteSilos(ImmutableArray<SiloAddress> Engines, bool AllAlike);
