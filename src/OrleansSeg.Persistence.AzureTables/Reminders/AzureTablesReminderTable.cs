using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Reminders in Azure Tables, in the layout of Orleans' Azure package.</summary>
public sealed partial class AzureTablesReminderTable : IReminderTable
{
    private readonly AzureTablesStore _store;
    private readonly ILogger<AzureTablesReminderTable> _logger;
    private readonly string _service;
    private readonly string _cluster;
    private readonly string _tableName;

    /// <summary>Makes the table.</summary>
    /// <param name="store">The table service.</param>
    /// <param name="cluster">Names the service that owns the reminders, and the cluster that writes them.</param>
    /// <param name="logger">Hears of rows that cannot be read.</param>
    public AzureTablesReminderTable(AzureTablesStore store, IOptions<ClusterOptions> cluster, ILogger<AzureTablesReminderTable> logger)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(cluster);
        _store = store;
        _logger = logger;
        _service = cluster.Value.ServiceId;
        _cluster = cluster.Value.ClusterId;
        _tableName = store.Options.ReminderTable;
    }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken) => await _store.OpenAsync(_tableName, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public Task<ReminderTableData> ReadRows(GrainId grainId) => ReadRows(grainId, CancellationToken.None);

    /// <inheritdoc />
    public async Task<ReminderTableData> ReadRows(GrainId grainId, CancellationToken cancellationToken)
    {
        var partition = ReminderRow.Partition(_service, grainId.GetUniformHashCode());
        var from = ReminderRow.Key(grainId, "");
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey gt {from} and RowKey le {TableKeys.After(from)}");
        var rows = await QueryAsync(filter, cancellationToken).ConfigureAwait(false);

        // Keys of two grains may begin alike once a slash has become an underscore; the column tells them apart.
        return Convert(rows.Where(row => row.Text(ReminderRow.GrainReference) == grainId.ToString()));
    }

    /// <inheritdoc />
    public Task<ReminderTableData> ReadRows(uint begin, uint end) => ReadRows(begin, end, CancellationToken.None);

    /// <inheritdoc />
    /// <remarks>The range excludes <paramref name="begin"/> and includes <paramref name="end"/>; it wraps around, and equal ends mean all.</remarks>
    public async Task<ReminderTableData> ReadRows(uint begin, uint end, CancellationToken cancellationToken)
    {
        var after = ReminderRow.Partition(_service, begin);
        var upTo = ReminderRow.Partition(_service, end);
        var low = TableKeys.Sanitize($"{_service}_");
        var high = TableKeys.After(low);
        var filter = begin.CompareTo(end) switch
        {
            < 0 => TableClient.CreateQueryFilter($"PartitionKey gt {after} and PartitionKey le {upTo}"),
            0 => TableClient.CreateQueryFilter($"PartitionKey gt {low} and PartitionKey lt {high}"),
            _ => TableClient.CreateQueryFilter(
                $"(PartitionKey gt {low} and PartitionKey le {upTo}) or (PartitionKey gt {after} and PartitionKey lt {high})"),
        };
        return Convert(await QueryAsync(filter, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc />
    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) => ReadRow(grainId, reminderName, CancellationToken.None);

    /// <inheritdoc />
    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName, CancellationToken cancellationToken)
    {
        var table = await _store.OpenAsync(_tableName, cancellationToken).ConfigureAwait(false);
        var partition = ReminderRow.Partition(_service, grainId.GetUniformHashCode());
        var found = await _store.RunAsync(
            "read", _tableName,
            token => AzureTablesStore.FindAsync(table, partition, ReminderRow.Key(grainId, reminderName), null, token),
            cancellationToken).ConfigureAwait(false);
        return found is null ? null : Convert([found]).Reminders.SingleOrDefault();
    }

    /// <inheritdoc />
    public Task<string?> UpsertRow(ReminderEntry entry) => UpsertRow(entry, CancellationToken.None);

    /// <inheritdoc />
    /// <remarks>Unconditional, so sending it again is harmless. Null means that the row was being changed by another writer.</remarks>
    public async Task<string?> UpsertRow(ReminderEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var table = await _store.OpenAsync(_tableName, cancellationToken).ConfigureAwait(false);
        var row = ReminderRow.Write(_service, _cluster, entry);
        try
        {
            var response = await _store.RunAsync(
                "write", _tableName, token => table.UpsertEntityAsync(row, TableUpdateMode.Merge, token), cancellationToken).ConfigureAwait(false);
            return entry.ETag = response.Headers.ETag.ToString();
        }
        catch (RequestFailedException exception) when (StorageErrors.IsContention(exception))
        {
            return null;
        }
    }

    /// <inheritdoc />
    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => RemoveRow(grainId, reminderName, eTag, CancellationToken.None);

    /// <inheritdoc />
    /// <remarks>False means that the row has another ETag or is gone, which an attempt of one's own with a lost answer looks like too.</remarks>
    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag, CancellationToken cancellationToken)
    {
        var table = await _store.OpenAsync(_tableName, cancellationToken).ConfigureAwait(false);
        var partition = ReminderRow.Partition(_service, grainId.GetUniformHashCode());
        try
        {
            await _store.RunAsync(
                "delete", _tableName,
                token => AzureTablesStore.DeleteAsync(table, partition, ReminderRow.Key(grainId, reminderName), new ETag(eTag), token),
                cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException exception) when (StorageErrors.IsContention(exception))
        {
            return false;
        }
    }

    /// <inheritdoc />
    public Task TestOnlyClearTable() => TestOnlyClearTable(CancellationToken.None);

    /// <inheritdoc />
    /// <remarks>Removes this cluster's reminders and leaves those of the service's other clusters.</remarks>
    public async Task TestOnlyClearTable(CancellationToken cancellationToken)
    {
        var table = await _store.OpenAsync(_tableName, cancellationToken).ConfigureAwait(false);
        var low = TableKeys.Sanitize($"{_service}_");
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey gt {low} and PartitionKey lt {TableKeys.After(low)} and ServiceId eq {_service} and DeploymentId eq {_cluster}");
        var rows = await QueryAsync(filter, cancellationToken).ConfigureAwait(false);
        foreach (var batch in rows.GroupBy(row => row.PartitionKey).SelectMany(partition => partition.Chunk(AzureTablesStore.TransactionSizeMax)))
        {
            var deletes = batch.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All));
            await _store.RunAsync(
                "transaction", _tableName, token => table.SubmitTransactionAsync(deletes, token), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<List<TableEntity>> QueryAsync(string filter, CancellationToken cancellationToken)
    {
        var table = await _store.OpenAsync(_tableName, cancellationToken).ConfigureAwait(false);
        return (await _store.ReadAllAsync(table, filter, cancellationToken).ConfigureAwait(false)).Rows;
    }

    private ReminderTableData Convert(IEnumerable<TableEntity> rows)
    {
        var reminders = new List<ReminderEntry>();
        foreach (var row in rows)
        {
            // A service's name may be the beginning of another's, and their keys then mix.
            if (row.Text(ReminderRow.ServiceId) != _service)
            {
                LogForeign(row.PartitionKey, row.RowKey);
                continue;
            }

            try
            {
                reminders.Add(ReminderRow.Read(row));
            }
            catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException)
            {
                LogUnreadable(row.PartitionKey, row.RowKey, exception);
            }
        }

        return new ReminderTableData(reminders);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The reminder {PartitionKey} {RowKey} belongs to another service and is passed over.")]
    private partial void LogForeign(string partitionKey, string rowKey);

    [LoggerMessage(Level = LogLevel.Error, Message = "The reminder {PartitionKey} {RowKey} cannot be read and is passed over.")]
    private partial void LogUnreadable(string partitionKey, string rowKey, Exception exception);
}
