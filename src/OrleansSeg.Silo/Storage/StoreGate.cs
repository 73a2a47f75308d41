using Microsoft.Extensions.Logging;

namespace OrleansSeg.Silo.Storage;

/// <summary>Lets a silo start only when its store answers as it must; a store that is down is waited for.</summary>
/// <remarks>It is passed before Orleans begins, so that no provider meets a store that is not there.</remarks>
internal sealed partial class StoreGate(ISharedStore store, TimeProvider time, ILogger<StoreGate> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Returns when a silo can start on the store.</summary>
    /// <exception cref="StoreStartException">It answered otherwise, or it did not answer within <see cref="ISharedStore.StartWaitMax"/>.</exception>
    public Task PassAsync(CancellationToken cancellationToken) => WaitAsync(store.TryOpenAsync, cancellationToken);

    /// <summary>Runs one step of work against the store, again and again until the server has answered it.</summary>
    /// <param name="step">Null when done; otherwise why the server did not answer.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="StoreStartException">The step threw it, or the server did not answer in time.</exception>
    public async Task WaitAsync(Func<CancellationToken, Task<string?>> step, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (await step(cancellationToken).ConfigureAwait(false) is { } reason)
        {
            if (time.GetElapsedTime(began) >= store.StartWaitMax)
            {
                throw new StoreStartException(
                    $"{store.Name} did not answer within {store.StartWaitMax}: {reason} Check that it runs, and {store.ConnectionSetting}.");
            }

            var pause = Task.Delay(Pause, time, cancellationToken);
            LogWaiting(store.Name, reason);
            await pause.ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Store} does not answer yet: {Reason} Trying again.")]
    private partial void LogWaiting(string store, string reason);
}
