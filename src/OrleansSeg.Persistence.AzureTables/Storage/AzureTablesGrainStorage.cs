using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Grain state in Azure Tables, in the layout of Orleans' Azure package: one row per (service, grain, state name).</summary>
/// <remarks>
/// A null ETag inserts and conflicts with an existing row; any other must be the stored one. A state that is larger than a row is
/// refused. Every conflict is <see cref="InconsistentStateException"/>, one with the provider's own earlier attempt included: what is
/// stored then may be this write, and the activation reads it.
/// </remarks>
public sealed class AzureTablesGrainStorage : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly AzureTablesStore _store;
    private readonly IGrainStorageSerializer _serializer;
    private readonly IActivatorProvider _activators;
    private readonly string _service;
    private readonly string _tableName;

    /// <summary>Makes the provider.</summary>
    /// <param name="store">The table service.</param>
    /// <param name="serializer">Turns state into bytes and back.</param>
    /// <param name="activators">Makes the empty state of a missing record.</param>
    /// <param name="cluster">Names the service that owns the records.</param>
    public AzureTablesGrainStorage(
        AzureTablesStore store, IGrainStorageSerializer serializer, IActivatorProvider activators, IOptions<ClusterOptions> cluster)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(cluster);
        _store = store;
        _serializer = serializer;
        _activators = activators;
        _service = cluster.Value.ServiceId;
        _tableName = store.Options.GrainStateTable;
    }

    /// <summary>Opens the table before any grain is activated.</summary>
    public void Participate(ISiloLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(lifecycle);
        lifecycle.Subscribe<AzureTablesGrainStorage>(
            ServiceLifecycleStage.ApplicationServices, async token => await _store.OpenAsync(_tableName, token).ConfigureAwait(false));
    }

    /// <inheritdoc />
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc />
    /// <exception cref="StoreUnavailableException">The service did not answer.</exception>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var row = await FindAsync(Key(stateName, grainId), null, cancellationToken).ConfigureAwait(false);
        var state = row is null ? null : StateColumns.Read(row);
        if (state is null)
        {
            // A cleared row keeps its ETag, and the next write must present it.
            Reset(grainState, row?.ETag.ToString());
            return;
        }

        grainState.State = _serializer.Deserialize<T>(new BinaryData(state));
        grainState.RecordExists = true;
        grainState.ETag = row!.ETag.ToString();
    }

    /// <inheritdoc />
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc />
    /// <exception cref="InconsistentStateException">The stored ETag is another.</exception>
    /// <exception cref="StateTooLargeException">The state does not fit into a row.</exception>
    /// <exception cref="StoreUnavailableException">The service did not answer: whether the state is stored is not known.</exception>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var row = Key(stateName, grainId);
        StateColumns.Write(row, _serializer.Serialize(grainState.State).ToMemory(), _store.Options.UseStringFormat);
        grainState.ETag = await PutAsync(row, stateName, grainId, grainState.ETag, cancellationToken).ConfigureAwait(false);
        grainState.RecordExists = true;
    }

    /// <inheritdoc />
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc />
    /// <exception cref="InconsistentStateException">The stored ETag is another.</exception>
    /// <exception cref="StoreUnavailableException">The service did not answer: whether the state is cleared is not known.</exception>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var row = Key(stateName, grainId);
        string? etag = null;
        if (!_store.Options.DeleteStateOnClear)
        {
            etag = await PutAsync(row, stateName, grainId, grainState.ETag, cancellationToken).ConfigureAwait(false);
        }
        else if (!string.IsNullOrEmpty(grainState.ETag))
        {
            var expected = new ETag(grainState.ETag);
            await GuardAsync(
                "delete", row, stateName, grainId, grainState.ETag,
                (table, token) => AzureTablesStore.DeleteAsync(table, row.PartitionKey, row.RowKey, expected, token),
                cancellationToken).ConfigureAwait(false);
        }

        Reset(grainState, etag);
    }

    /// <summary>Makes the provider from a silo's services.</summary>
    internal static AzureTablesGrainStorage Create(IServiceProvider services)
    {
        var store = services.GetRequiredService<AzureTablesStore>();
        return new AzureTablesGrainStorage(
            store,
            SerializerFor(store.Options.StateFormat, services),
            services.GetRequiredService<IActivatorProvider>(),
            services.GetRequiredService<IOptions<ClusterOptions>>());
    }

    /// <summary>The serializer that a format means.</summary>
    internal static IGrainStorageSerializer SerializerFor(GrainStateFormat format, IServiceProvider services) => format == GrainStateFormat.Binary
        ? services.GetRequiredService<OrleansGrainStorageSerializer>()
        : services.GetRequiredService<IGrainStorageSerializer>();

    private Task<string> PutAsync(TableEntity row, string stateName, GrainId grainId, string? etag, CancellationToken cancellationToken) =>
        GuardAsync(
            "write", row, stateName, grainId, etag,
            (table, token) => string.IsNullOrEmpty(etag)
                ? table.AddEntityAsync(row, token)
                : table.UpdateEntityAsync(row, new ETag(etag), TableUpdateMode.Replace, token),
            cancellationToken);

    private async Task<string> GuardAsync(
        string operation,
        TableEntity row,
        string stateName,
        GrainId grainId,
        string? etag,
        Func<TableClient, CancellationToken, Task<Response>> change,
        CancellationToken cancellationToken)
    {
        var table = await _store.OpenAsync(_tableName, cancellationToken).ConfigureAwait(false);
        try
        {
            var response = await _store.RunAsync(
                operation, _tableName, token => change(table, token), cancellationToken).ConfigureAwait(false);
            return response.Headers.ETag?.ToString() ?? "";
        }
        catch (RequestFailedException exception) when (StorageErrors.IsContention(exception))
        {
            var stored = await FindEtagAsync(row, cancellationToken).ConfigureAwait(false);
            throw new InconsistentStateException(
                $"The record '{stateName}' of {grainId} was changed by another writer.", stored, etag ?? "(none)", exception);
        }
    }

    private async Task<string> FindEtagAsync(TableEntity row, CancellationToken cancellationToken)
    {
        try
        {
            return (await FindAsync(row, [nameof(TableEntity.RowKey)], cancellationToken).ConfigureAwait(false))?.ETag.ToString() ?? "(none)";
        }
        catch (Exception exception) when (exception is StoreUnavailableException or StoreRefusedException)
        {
            // The conflict is certain; what is stored now is only for its message.
            return "(unknown)";
        }
    }

    private async Task<TableEntity?> FindAsync(TableEntity row, string[]? columns, CancellationToken cancellationToken)
    {
        var table = await _store.OpenAsync(_tableName, cancellationToken).ConfigureAwait(false);
        return await _store.RunAsync(
            "read", _tableName,
            token => AzureTablesStore.FindAsync(table, row.PartitionKey, row.RowKey, columns, token), cancellationToken).ConfigureAwait(false);
    }

    private TableEntity Key(string stateName, GrainId grainId) =>
        new(TableKeys.Sanitize($"{_service}_{grainId}"), TableKeys.Sanitize(stateName));

    private void Reset<T>(IGrainState<T> grainState, string? etag)
    {
        grainState.State = _activators.GetActivator<T>().Create();
        grainState.RecordExists = false;
        grainState.ETag = etag;
    }
}
