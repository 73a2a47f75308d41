using OrleansSeg.Cli.Sessions;
using OrleansSeg.Customers;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Cli.Training;

/// <summary>A site's customers, as training may see them.</summary>
internal static class SiteHistories
{
    /// <summary>Reads them all.</summary>
    public static async Task<List<CustomerHistory>> ReadAsync(ClusterSession session, string site, CancellationToken cancellationToken)
    {
        var layout = await session.Grains.GetGrain<ISiteGrain>(site).GetLayoutAsync(cancellationToken);
        return await session.Grains.ReadTrainingHistoriesAsync(site, Enumerable.Range(0, layout.PartitionCount), null, cancellationToken).ToListAsync(cancellationToken);
    }

    /// <summary>Reads them all, at least one.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static async Task<List<CustomerHistory>> ReadSomeAsync(ClusterSession session, string site, CancellationToken cancellationToken) =>
        await ReadAsync(session, site, cancellationToken) is { Count: > 0 } histories
            ? histories
            : throw new UsageException($"Site '{site}' has no customers to train on.");
}
