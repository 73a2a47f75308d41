using Orleans.Storage;

namespace OrleansSeg.Silo.Storage;

/// <summary>One of Orleans' own storage providers, with the rules of this program's other stores added.</summary>
/// <remarks>
/// A conflict names the ETag that is stored. A read that fails is tried once more, because a server that was started again has left broken
/// connections behind; a write that fails is its caller's to settle. Any other failure is an <see cref="IOException"/> without
/// the original: silos cannot send each other the exceptions of a database's client library. The provider has logged it.
/// </remarks>
/// <param name="inner">The provider.</param>
/// <param name="store">The store's name, for messages.</param>
/// <param name="describe">What a failure means, in a sentence without secrets.</param>
/// <param name="addressOf">Under which id the provider keeps a grain's records.</param>
internal sealed class ProviderGrainStorage(IGrainStorage inner, string store, Func<Exception, string> describe, Func<GrainId, GrainId> addressOf) : IGrainStorage
{
    private const int ReadsMax = 2;

    /// <inheritdoc />
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc />
    /// <exception cref="IOException">The store did not answer.</exception>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await inner.ReadStateAsync(stateName, addressOf(grainId), grainState, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                if (attempt == ReadsMax)
                {
                    throw Failure("read", stateName, grainId, exception);
                }
            }
        }
    }

    /// <inheritdoc />
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc />
    /// <exception cref="InconsistentStateException">The stored ETag is another.</exception>
    /// <exception cref="IOException">Whether the record is written is not known.</exception>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        ChangeAsync("written", stateName, grainId, grainState, inner.WriteStateAsync(stateName, addressOf(grainId), grainState, cancellationToken));

    /// <inheritdoc />
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc />
    /// <exception cref="InconsistentStateException">The stored ETag is another.</exception>
    /// <exception cref="IOException">Whether the record is removed is not known.</exception>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        ChangeAsync("removed", stateName, grainId, grainState, inner.ClearStateAsync(stateName, addressOf(grainId), grainState, cancellationToken));

    private async Task ChangeAsync<T>(string what, string stateName, GrainId grainId, IGrainState<T> grainState, Task change)
    {
        try
        {
            await change.ConfigureAwait(false);
        }
        catch (InconsistentStateException conflict)
        {
            var stored = new GrainState<T>();
            await ReadStateAsync(stateName, grainId, stored).ConfigureAwait(false);
            throw new InconsistentStateException(
                $"The record '{stateName}' of {grainId} was changed by another writer.", stored.ETag ?? "(none)", grainState.ETag ?? "(none)", conflict);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw Failure(what, stateName, grainId, exception);
        }
    }

    private IOException Failure(string what, string stateName, GrainId grainId, Exception exception) =>
        new($"{store}: the record '{stateName}' of {grainId} could not be {what}: {describe(exception)}");
}
