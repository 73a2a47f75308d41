using System.Runtime.CompilerServices;
using OrleansSeg.Customers;
using OrleansSeg.Persistence.Sqlite;

namespace OrleansSeg.Silo.Storage.Sqlite;

/// <summary>Lets verification enumerate the embedded store.</summary>
internal sealed class SqliteStateCatalog(SqliteGrainCatalog catalog) : IGrainStateCatalog
{
    /// <inheritdoc />
    public async IAsyncEnumerable<GrainId> EnumerateAsync(
        string stateName, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The store is read on a pool thread a page at a time; the grain's scheduler only sees the results.
        await Task.Yield();
        foreach (var grain in catalog.Enumerate(stateName, prefix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return grain;
        }
    }
}
