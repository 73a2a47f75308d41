using OrleansSeg.Customers;
using OrleansSeg.Persistence.Sqlite;

namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>Lets verification enumerate the cluster's store.</summary>
internal sealed class StoreCatalog(SqliteGrainCatalog catalog) : IGrainStateCatalog
{
    public IAsyncEnumerable<GrainId> EnumerateAsync(string stateName, string prefix, CancellationToken cancellationToken) =>
        catalog.EnumerateAsync(stateName, prefix, cancellationToken);
}
