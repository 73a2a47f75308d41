using Orleans.Storage;

namespace OrleansSeg.Customers.Storage;

/// <summary>The records of one grain in its store, by state name. Every write is guarded by the ETag it was read with.</summary>
/// <remarks>It keeps nothing, so that any code of a silo may read another grain's records as they are on disk.</remarks>
internal sealed class GrainRecords(IGrainStorage storage, GrainId grain)
{
    /// <summary>Reads a record.</summary>
    public async Task<StoredRecord<T>> ReadAsync<T>(string name, CancellationToken cancellationToken = default)
        where T : class, new()
    {
        var state = new GrainState<T>();
        await storage.ReadStateAsync(name, grain, state, cancellationToken);
        return state.RecordExists ? new StoredRecord<T>(state.State, state.ETag) : new StoredRecord<T>(null, state.ETag);
    }

    /// <summary>Writes a record and returns its new ETag.</summary>
    /// <param name="name">The state name.</param>
    /// <param name="value">What to store; it must not change afterwards.</param>
    /// <param name="etag">The ETag of what is replaced; null to insert.</param>
    /// <exception cref="Orleans.Storage.InconsistentStateException">The store holds another version.</exception>
    public async Task<string?> WriteAsync<T>(string name, T value, string? etag)
        where T : class, new()
    {
        var state = new GrainState<T>(value, etag) { RecordExists = etag is not null };
        await storage.WriteStateAsync(name, grain, state);
        return state.ETag;
    }

    /// <summary>Removes a record if it is there; returns whether it was.</summary>
    public async Task<bool> RemoveAsync<T>(string name)
        where T : class, new()
    {
        while (true)
        {
            var state = new GrainState<T>();
            await storage.ReadStateAsync(name, grain, state);
            if (!state.RecordExists)
            {
                return false;
            }

            try
            {
                await storage.ClearStateAsync(name, grain, state);
                return true;
            }
            catch (InconsistentStateException)
            {
                // Changed or removed between the two: look again.
            }
        }
    }
}

/// <summary>A record as the store holds it.</summary>
/// <param name="Value">The content, or null when there is none.</param>
/// <param name="ETag">Its version; a store may keep one for a record that was cleared.</param>
internal readonly record struct StoredRecord<T>(T? Value, string? ETag)
    where T : class;
