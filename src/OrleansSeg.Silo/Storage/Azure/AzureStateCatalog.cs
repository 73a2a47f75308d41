using OrleansSeg.Customers;
using OrleansSeg.Persistence.AzureTables;

namespace OrleansSeg.Silo.Storage.Azure;

/// <summary>Lets verification enumerate the tables.</summary>
internal sealed class AzureStateCatalog(AzureTablesGrainCatalog catalog) : IGrainStateCatalog
{
    /// <inheritdoc />
    public IAsyncEnumerable<GrainId> EnumerateAsync(string stateName, string prefix, CancellationToken cancellationToken) =>
        catalog.EnumerateAsync(stateName, prefix, cancellationToken);
}
