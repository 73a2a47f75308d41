using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Tells a client where the gateways of a cluster are. It only reads, so a client needs no permission to write.</summary>
public sealed class AzureTablesGatewayListProvider : IGatewayListProvider
{
    private const string NoGateway = "0";

    private readonly AzureTablesStore _store;
    private readonly string _clusterId;

    /// <summary>Makes the list.</summary>
    /// <param name="store">The table service.</param>
    /// <param name="cluster">Names the cluster.</param>
    /// <param name="gateways">Says how old the list may become.</param>
    public AzureTablesGatewayListProvider(AzureTablesStore store, IOptions<ClusterOptions> cluster, IOptions<GatewayOptions> gateways)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(gateways);
        _store = store;
        _clusterId = cluster.Value.ClusterId;
        MaxStaleness = gateways.Value.GatewayListRefreshPeriod;
    }

    /// <inheritdoc />
    public TimeSpan MaxStaleness { get; }

    /// <inheritdoc />
    public bool IsUpdatable => true;

    /// <inheritdoc />
    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    /// <inheritdoc />
    public Task<IList<Uri>> GetGateways() => GetGatewaysAsync(CancellationToken.None);

    /// <inheritdoc />
    /// <remarks>Active silos with a gateway; none while no silo has made the table.</remarks>
    public async Task<IList<Uri>> GetGatewaysAsync(CancellationToken cancellationToken)
    {
        var table = _store.Client.GetTableClient(_store.Options.MembershipTable);
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {_clusterId} and Status eq {SiloRow.ActiveStatus} and ProxyPort ne {NoGateway}");
        try
        {
            var (_, rows) = await _store.ReadAllAsync(table, filter, cancellationToken).ConfigureAwait(false);

            // The fences claim to be active too, and whether a missing column differs from "0" is the service's opinion.
            return [.. rows.Where(row => !VersionRows.IsVersionRow(row.RowKey)).Select(SiloRow.ReadGateway).OfType<Uri>()];
        }
        catch (StoreRefusedException exception) when (exception.InnerException is RequestFailedException { ErrorCode: StorageErrors.TableNotFound })
        {
            return [];
        }
    }
}
