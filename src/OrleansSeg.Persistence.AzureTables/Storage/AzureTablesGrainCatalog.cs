using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Which grains have a record in the store: for verification tools, never for serving.</summary>
/// <remarks>
/// The service reads every row of the grains in question to find those of one state name. A key's <c>/ \ # ?</c> are stored as
/// underscores and come back as such.
/// </remarks>
public sealed class AzureTablesGrainCatalog
{
    // Such a page carries the first column of each state, at most 64 KiB.
    private const int StatePageSize = 100;

    private readonly AzureTablesStore _store;
    private readonly string _service;

    /// <summary>Makes the catalogue.</summary>
    /// <param name="store">The table service.</param>
    /// <param name="cluster">Names the service whose records are listed.</param>
    public AzureTablesGrainCatalog(AzureTablesStore store, IOptions<ClusterOptions> cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        _store = store;
        _service = cluster.Value.ServiceId;
    }

    /// <summary>Grain ids with a record of one state name, in ordinal order of their text, read in pages.</summary>
    /// <remarks>
    /// With <see cref="AzureTablesOptions.DeleteStateOnClear"/> only keys are read. Without it rows may be empty, so the first column of
    /// each state is read too. A row cleared while that setting was off is listed after it was turned on.
    /// </remarks>
    /// <param name="stateName">The state name.</param>
    /// <param name="prefix">Beginning of the grain id's text, such as <c>seg.customer/shop:</c>; it names the whole grain type.</param>
    /// <param name="cancellationToken">Stops between two pages.</param>
    /// <exception cref="ArgumentException">The prefix does not reach to the end of a grain type.</exception>
    public async IAsyncEnumerable<GrainId> EnumerateAsync(
        string stateName, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var slash = prefix.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            throw new ArgumentException($"The prefix '{prefix}' holds no '/', which ends a grain's type.", nameof(prefix));
        }

        var type = GrainType.Create(prefix[..slash]);
        var keyBegin = _service.Length + 1 + slash + 1;
        var keysOnly = _store.Options.DeleteStateOnClear;
        string[] columns = keysOnly
            ? [nameof(TableEntity.PartitionKey)]
            : [nameof(TableEntity.PartitionKey), StateColumns.BinaryNames[0], StateColumns.TextNames[0]];
        var from = TableKeys.Sanitize($"{_service}_{prefix}");
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey ge {from} and PartitionKey lt {TableKeys.After(from)} and RowKey eq {TableKeys.Sanitize(stateName)}");
        var table = await _store.OpenAsync(_store.Options.GrainStateTable, cancellationToken).ConfigureAwait(false);
        var pages = _store.QueryAsync(table, filter, keysOnly ? AzureTablesStore.PageSizeMax : StatePageSize, columns, cancellationToken);
        await foreach (var page in pages.ConfigureAwait(false))
        {
            foreach (var row in page.Values)
            {
                if (keysOnly || StateColumns.Read(row) is not null)
                {
                    yield return GrainId.Create(type, IdSpan.Create(row.PartitionKey[keyBegin..]));
                }
            }
        }
    }
}
