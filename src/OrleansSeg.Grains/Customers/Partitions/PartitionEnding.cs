using OrleansSeg.Hosting;

namespace OrleansSeg.Customers.Partitions;

/// <summary>Ends a partition's long calls with its activation, or with its silo.</summary>
/// <remarks>
/// A sweep waits for customers, and these may wait for their partition. An activation that is to end answers no call until those under way
/// have ended, so without this both would wait until a call times out, and so would everybody who asks the partition meanwhile.
/// </remarks>
internal sealed class PartitionEnding(PartitionKey key, SiloStopping stopping) : IDisposable
{
    private readonly CancellationTokenSource _begun = CancellationTokenSource.CreateLinkedTokenSource(stopping.Begun);

    /// <summary>The activation is to end.</summary>
    public void Begin()
    {
        if (!_begun.IsCancellationRequested)
        {
            _ = _begun.CancelAsync();
        }
    }

    /// <summary>Runs work that waits for customers.</summary>
    /// <exception cref="SiloUnavailableException">The activation ends; another one does it when asked again.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _begun.Token);
        try
        {
            return await work(stop.Token);
        }
        catch (OperationCanceledException exception) when (_begun.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SiloUnavailableException($"Partition {key.GrainKey} leaves its silo; the call can be repeated.", exception);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _begun.Cancel();
        _begun.Dispose();
    }
}
