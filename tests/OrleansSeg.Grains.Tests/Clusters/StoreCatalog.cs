using System.Runtime.CompilerServices;
using OrleansSeg.Customers;
using OrleansSeg.Persistence.Sqlite;

namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>Lets verification enumerate the cluster's store.</summary>
internal sealed class StoreCatalog(SqliteGrainCatalog catalog) : IGrainStateCatalog
{
    public async IAsyncEnumerable<GrainId> EnumerateAsync(
        string stateName, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var grain in catalog.Enumerate(stateName, prefix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return grain;
        }
    }
}
