using OrleansSeg.Customers;
using OrleansSeg.Persistence.Sqlite;

namespace OrleansSeg.Silo.Storage.Sqlite;

/// <summary>Lets verification enumerate the embedded store.</summary>
internal sealed class SqliteStateCatalog(SqliteGrainCatalog catalog) : IGrainStateCatalog
{
    /// <inheritdoc />
    public IAsyncEnumerable<GrainId> EnumerateAsync(string stateName, string prefix, CancellationToken cancellationToken) =>
        catalog.EnumerateAsync(stateName, prefix, cancellationToken);
}
