using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace OrleansSeg.Persistence.Sqlite;

/// <summary>Grain state in the embedded store: one row per (service, state name, grain), guarded by an etag.</summary>
/// <remarks>
/// A null etag inserts and conflicts with an existing row; any other must be the stored one. Clearing deletes the row.
/// Conflicts are <see cref="InconsistentStateException"/>; a write that returns is on the disk.
/// </remarks>
public sealed class SqliteGrainStorage : IGrainStorage
{
    private const string SelectRow = "SELECT etag, data FROM grain_state WHERE service = $service AND state = $state AND grain = $grain";

    private const string InsertRow =
        """
        INSERT INTO grain_state (service, state, grain, etag, data, modified)
        VALUES ($service, $state, $grain, $etag, $data, $modified) ON CONFLICT DO NOTHING
        """;

    private const string UpdateRow =
        """
        UPDATE grain_state SET etag = $etag, data = $data, modified = $modified
        WHERE service = $service AND state = $state AND grain = $grain AND etag = $expected
        """;

    private const string DeleteRow =
        "DELETE FROM grain_state WHERE service = $service AND state = $state AND grain = $grain AND etag = $expected";

    private readonly SqliteStore _store;
    private readonly IGrainStorageSerializer _serializer;
    private readonly IActivatorProvider _activators;
    private readonly TimeProvider _time;
    private readonly string _service;

    /// <summary>Makes the provider.</summary>
    /// <param name="store">The database file.</param>
    /// <param name="serializer">Turns state into bytes and back.</param>
    /// <param name="activators">Makes the empty state of a missing record.</param>
    /// <param name="time">Stamps each write.</param>
    /// <param name="cluster">Names the service that owns the records.</param>
    public SqliteGrainStorage(
        SqliteStore store,
        IGrainStorageSerializer serializer,
        IActivatorProvider activators,
        TimeProvider time,
        IOptions<ClusterOptions> cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        _store = store;
        _serializer = serializer;
        _activators = activators;
        _time = time;
        _service = cluster.Value.ServiceId;
    }

    /// <inheritdoc />
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // The read runs on the caller's thread: it is a look-up in the page cache, cheaper than a hop to another.
        var (etag, data) = _store.Read(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = SelectRow;
            command.Parameters.AddWithValue("$service", _service);
            command.Parameters.AddWithValue("$state", stateName);
            command.Parameters.AddWithValue("$grain", grainId.ToString());
            using var reader = command.ExecuteReader();
            return reader.Read() ? (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)) : default;
        });

        if (data is null)
        {
            Reset(grainState);
        }
        else
        {
            grainState.State = _serializer.Deserialize<T>(data);
            grainState.RecordExists = true;
            grainState.ETag = Format(etag);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : ReadStateAsync(stateName, grainId, grainState);

    /// <inheritdoc />
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc />
    /// <exception cref="InconsistentStateException">The stored etag is another.</exception>
    /// <exception cref="StoreUnavailableException">The commit failed: nothing is stored.</exception>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var grain = grainId.ToString();
        var data = _serializer.Serialize(grainState.State).ToArray();
        var modified = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var expected = Parse(grainState.ETag);
        var etag = expected is { } current ? current + 1 : NewEtag();
        var changed = await _store.WriteAsync(
            statements => expected is { } guard
                ? statements.Execute(
                    UpdateRow,
                    ("$etag", etag), ("$data", data), ("$modified", modified), ("$service", _service), ("$state", stateName), ("$grain", grain), ("$expected", guard))
                : statements.Execute(
                    InsertRow,
                    ("$service", _service), ("$state", stateName), ("$grain", grain), ("$etag", etag), ("$data", data), ("$modified", modified)),
            cancellationToken).ConfigureAwait(false);

        ThrowOnConflict(changed, stateName, grainId, grainState.ETag);
        grainState.ETag = Format(etag);
        grainState.RecordExists = true;
    }

    /// <inheritdoc />
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc />
    /// <exception cref="InconsistentStateException">The stored etag is another.</exception>
    /// <exception cref="StoreUnavailableException">The commit failed: the row is still there.</exception>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        if (Parse(grainState.ETag) is { } expected)
        {
            var grain = grainId.ToString();
            var changed = await _store.WriteAsync(
                statements => statements.Execute(
                    DeleteRow, ("$service", _service), ("$state", stateName), ("$grain", grain), ("$expected", expected)),
                cancellationToken).ConfigureAwait(false);
            ThrowOnConflict(changed, stateName, grainId, grainState.ETag);
        }

        Reset(grainState);
    }

    /// <summary>Makes the provider from a silo's services.</summary>
    internal static SqliteGrainStorage Create(IServiceProvider services) => new(
        services.GetRequiredService<SqliteStore>(),
        services.GetRequiredService<OrleansGrainStorageSerializer>(),
        services.GetRequiredService<IActivatorProvider>(),
        services.GetService<TimeProvider>() ?? TimeProvider.System,
        services.GetRequiredService<IOptions<ClusterOptions>>());

    private void Reset<T>(IGrainState<T> grainState)
    {
        grainState.State = _activators.GetActivator<T>().Create();
        grainState.RecordExists = false;
        grainState.ETag = null;
    }

    private void ThrowOnConflict(int changed, string stateName, GrainId grainId, string? etag)
    {
        if (changed != 0)
        {
            return;
        }

        var stored = _store.Read(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = SelectRow;
            command.Parameters.AddWithValue("$service", _service);
            command.Parameters.AddWithValue("$state", stateName);
            command.Parameters.AddWithValue("$grain", grainId.ToString());
            return command.ExecuteScalar();
        });
        throw new InconsistentStateException(
            $"The record '{stateName}' of {grainId} was changed by another writer.", stored?.ToString() ?? "(none)", etag ?? "(none)");
    }

    // A new record starts at a random number, so that an etag of a deleted record never fits its successor.
    private static long NewEtag() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & (long.MaxValue >> 1);

    private static long? Parse(string? etag) => string.IsNullOrEmpty(etag) ? null : long.Parse(etag, CultureInfo.InvariantCulture);

    private static string Format(long etag) => etag.ToString(CultureInfo.InvariantCulture);
}
