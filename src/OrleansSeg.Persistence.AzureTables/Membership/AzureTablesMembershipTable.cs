using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>The silos of a cluster in Azure Tables, in the layout of Orleans' Azure package: one partition per cluster.</summary>
/// <remarks>
/// A change writes the silo's row, the version and both fences in one transaction. False means that another silo was first, or that an
/// attempt of one's own was carried out and its answer lost: Orleans then reads the table and goes on from what is there.
/// </remarks>
public sealed partial class AzureTablesMembershipTable : IMembershipTable
{
    private const int SnapshotTriesMax = 5;

    private readonly AzureTablesStore _store;
    private readonly ILogger<AzureTablesMembershipTable> _logger;
    private readonly string _clusterId;
    private readonly string _tableName;

    /// <summary>Makes the table.</summary>
    /// <param name="store">The table service.</param>
    /// <param name="cluster">Names the cluster.</param>
    /// <param name="logger">Hears of rows that cannot be read.</param>
    public AzureTablesMembershipTable(AzureTablesStore store, IOptions<ClusterOptions> cluster, ILogger<AzureTablesMembershipTable> logger)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(cluster);
        _store = store;
        _logger = logger;
        _clusterId = cluster.Value.ClusterId;
        _tableName = store.Options.MembershipTable;
    }

    /// <inheritdoc />
    public Task InitializeMembershipTable(bool tryInitTableVersion) => InitializeMembershipTableAsync(tryInitTableVersion, CancellationToken.None);

    /// <inheritdoc />
    public async Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken)
    {
        var table = await _store.OpenAsync(_tableName, cancellationToken).ConfigureAwait(false);
        if (tryInitTableVersion)
        {
            // A version that is already there is left alone, with or without fences.
            var adds = VersionRows.WriteFences(_clusterId, 0).Prepend(VersionRows.WriteVersion(_clusterId, 0))
                .Select(row => new TableTransactionAction(TableTransactionActionType.Add, row));
            await TryCommitAsync(table, adds, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public Task<MembershipTableData> ReadAll() => ReadAllAsync(CancellationToken.None);

    /// <inheritdoc />
    /// <exception cref="InconsistentStateException">The table changed during every one of several attempts to read it.</exception>
    public async Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken)
    {
        var partition = TableClient.CreateQueryFilter($"PartitionKey eq {_clusterId}");
        for (var tries = 1; tries <= SnapshotTriesMax; tries++)
        {
            var (pages, rows) = await QueryAsync(partition, cancellationToken).ConfigureAwait(false);
            if (VersionRows.IsSnapshot(pages, rows))
            {
                return Convert(rows);
            }
        }

        throw new InconsistentStateException($"The membership of cluster '{_clusterId}' changed {SnapshotTriesMax} times while it was read.");
    }

    /// <inheritdoc />
    public Task<MembershipTableData> ReadRow(SiloAddress key) => ReadRowAsync(key, CancellationToken.None);

    /// <inheritdoc />
    public async Task<MembershipTableData> ReadRowAsync(SiloAddress key, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {_clusterId} and (RowKey eq {SiloRow.Key(key)} or RowKey eq {VersionRows.Version})");
        var (_, rows) = await QueryAsync(filter, cancellationToken).ConfigureAwait(false);
        return Convert(rows);
    }

    /// <inheritdoc />
    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => InsertRowAsync(entry, tableVersion, CancellationToken.None);

    /// <inheritdoc />
    public Task<bool> InsertRowAsync(MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken) =>
        ChangeAsync(new TableTransactionAction(TableTransactionActionType.Add, SiloRow.Write(_clusterId, entry)), tableVersion, cancellationToken);

    /// <inheritdoc />
    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        UpdateRowAsync(entry, etag, tableVersion, CancellationToken.None);

    /// <inheritdoc />
    public Task<bool> UpdateRowAsync(MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken)
    {
        var row = SiloRow.Write(_clusterId, entry);
        return ChangeAsync(new TableTransactionAction(TableTransactionActionType.UpdateReplace, row, new ETag(etag)), tableVersion, cancellationToken);
    }

    /// <inheritdoc />
    public Task UpdateIAmAlive(MembershipEntry entry) => UpdateIAmAliveAsync(entry, CancellationToken.None);

    /// <inheritdoc />
    /// <remarks>Neither guarded nor counted as a change: two columns are merged into whatever the row holds.</remarks>
    /// <exception cref="KeyNotFoundException">The silo has no row.</exception>
    public async Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken)
    {
        var table = await _store.OpenAsync(_tableName, cancellationToken).ConfigureAwait(false);
        var row = SiloRow.WriteAlive(_clusterId, entry);
        try
        {
            await _store.RunAsync(
                "write", _tableName,
                token => table.UpdateEntityAsync(row, ETag.All, TableUpdateMode.Merge, token), cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            throw new KeyNotFoundException($"Cluster '{_clusterId}' has no row for silo {entry.SiloAddress}.", exception);
        }
    }

    /// <inheritdoc />
    public Task DeleteMembershipTableEntries(string clusterId) => DeleteMembershipTableEntriesAsync(clusterId, CancellationToken.None);

    /// <inheritdoc />
    public async Task DeleteMembershipTableEntriesAsync(string clusterId, CancellationToken cancellationToken)
    {
        var partition = TableClient.CreateQueryFilter($"PartitionKey eq {clusterId}");
        bool complete;
        do
        {
            var (_, rows) = await QueryAsync(partition, cancellationToken).ConfigureAwait(false);
            complete = await TryDeleteAsync(rows, row => ETag.All, cancellationToken).ConfigureAwait(false);
        }
        while (!complete);
    }

    /// <inheritdoc />
    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => CleanupDefunctSiloEntriesAsync(beforeDate, CancellationToken.None);

    /// <inheritdoc />
    /// <remarks>
    /// A row goes when its silo is not active and the service stamped its last change before the date. A row that is changed meanwhile
    /// keeps its batch for the next clean-up.
    /// </remarks>
    public async Task CleanupDefunctSiloEntriesAsync(DateTimeOffset beforeDate, CancellationToken cancellationToken)
    {
        var (_, rows) = await QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {_clusterId}"), cancellationToken).ConfigureAwait(false);
        var defunct = rows.Where(row => !VersionRows.IsVersionRow(row.RowKey)
            && row.Text(SiloRow.Status) != SiloRow.ActiveStatus
            && row.Timestamp < beforeDate);
        await TryDeleteAsync(defunct, row => row.ETag, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> ChangeAsync(TableTransactionAction silo, TableVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        var table = await _store.OpenAsync(_tableName, cancellationToken).ConfigureAwait(false);
        var guard = new TableTransactionAction(
            TableTransactionActionType.UpdateReplace, VersionRows.WriteVersion(_clusterId, version.Version), new ETag(version.VersionEtag));
        var fences = VersionRows.WriteFences(_clusterId, version.Version)
            .Select(fence => new TableTransactionAction(TableTransactionActionType.UpsertReplace, fence));
        return await TryCommitAsync(table, [silo, guard, .. fences], cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> TryDeleteAsync(IEnumerable<TableEntity> rows, Func<TableEntity, ETag> etagOf, CancellationToken cancellationToken)
    {
        var table = await _store.OpenAsync(_tableName, cancellationToken).ConfigureAwait(false);
        var complete = true;
        foreach (var batch in rows.Chunk(AzureTablesStore.TransactionSizeMax))
        {
            var deletes = batch.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, etagOf(row)));
            complete &= await TryCommitAsync(table, deletes, cancellationToken).ConfigureAwait(false);
        }

        return complete;
    }

    private async Task<bool> TryCommitAsync(TableClient table, IEnumerable<TableTransactionAction> actions, CancellationToken cancellationToken)
    {
        try
        {
            await _store.RunAsync(
                "transaction", _tableName, token => table.SubmitTransactionAsync(actions, token), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException exception) when (StorageErrors.IsContention(exception))
        {
            return false;
        }
    }

    private async Task<(int Pages, List<TableEntity> Rows)> QueryAsync(string filter, CancellationToken cancellationToken) =>
        await _store.ReadAllAsync(await _store.OpenAsync(_tableName, cancellationToken).ConfigureAwait(false), filter, cancellationToken).ConfigureAwait(false);

    private MembershipTableData Convert(List<TableEntity> rows)
    {
        var version = rows.SingleOrDefault(row => row.RowKey == VersionRows.Version)
            ?? throw new KeyNotFoundException($"Cluster '{_clusterId}' has no version row in table {_tableName}.");
        var members = new List<Tuple<MembershipEntry, string>>();
        foreach (var row in rows.Where(row => !VersionRows.IsVersionRow(row.RowKey)))
        {
            try
            {
                members.Add(Tuple.Create(SiloRow.Read(row), row.ETag.ToString()));
            }
            catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException)
            {
                LogUnreadable(row.RowKey, exception);
            }
        }

        return new MembershipTableData(members, VersionRows.Read(version));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The silo row {RowKey} cannot be read and is passed over.")]
    private partial void LogUnreadable(string rowKey, Exception exception);
}
