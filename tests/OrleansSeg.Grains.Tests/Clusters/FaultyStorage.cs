using Orleans.Storage;

namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>A store whose calls meet <see cref="StorageFaults"/>.</summary>
internal sealed class FaultyStorage(IGrainStorage inner, StorageFaults faults) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        MeetAsync(new StorageCall(StorageCallKind.Read, stateName, grainId), () => inner.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        MeetAsync(new StorageCall(StorageCallKind.Write, stateName, grainId), () => ApplyAsync(grainState, copy => inner.WriteStateAsync(stateName, grainId, copy)));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        MeetAsync(new StorageCall(StorageCallKind.Clear, stateName, grainId), () => ApplyAsync(grainState, copy => inner.ClearStateAsync(stateName, grainId, copy)));

    /// <summary>The caller sees the new ETag only when the call succeeds, as over a network.</summary>
    private static async Task<Action> ApplyAsync<T>(IGrainState<T> state, Func<IGrainState<T>, Task> call)
    {
        var copy = new GrainState<T>(state.State, state.ETag) { RecordExists = state.RecordExists };
        await call(copy);
        return () => (state.State, state.ETag, state.RecordExists) = (copy.State, copy.ETag, copy.RecordExists);
    }

    private async Task MeetAsync(StorageCall call, Func<Task> make)
    {
        var fault = faults.Meet(call);
        if (fault?.Before is { } before)
        {
            await before();
        }

        var made = make();
        await made;
        if (fault?.After is { } after)
        {
            await after();
        }

        if (made is Task<Action> applied)
        {
            (await applied)();
        }
    }
}
