using Orleans.Placement;
using Orleans.Runtime.Placement;
using OrleansSeg.Customers;

namespace OrleansSeg.Placement;

/// <summary>Places a grain of one site only on silos that serve the site and hold customers. Its key is the site, or begins with it and a colon.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SiteSilosAttribute() : PlacementFilterAttribute(new SiteSilosStrategy());

/// <summary>The strategy behind <see cref="SiteSilosAttribute"/>; it has no settings to carry.</summary>
public sealed class SiteSilosStrategy() : PlacementFilterStrategy(order: 2);

/// <summary>Keeps the silos that may hold a site's data.</summary>
internal sealed class SiteSilosDirector(SiloRoles roles) : IPlacementFilterDirector
{
    /// <inheritdoc />
    /// <exception cref="SiteUnavailableException">None is left; the next call finds one that has come back.</exception>
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        if (SiteKey.Of(target.GrainIdentity) is not { } site)
        {
            return silos;
        }

        var chosen = silos.Where(silo => roles.Of(silo) is { HoldsCustomers: true } role && role.Serves(site)).ToArray();
        return chosen.Length > 0 ? chosen : throw new SiteUnavailableException(site);
    }
}
