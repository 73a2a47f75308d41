using Azure;
using Azure.Data.Tables;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Runs operations by the rules: bounded in time, repeated, measured, their errors told by meaning.</summary>
/// <param name="options">The bounds.</param>
/// <param name="time">Measures them.</param>
/// <param name="settings">The settings that a refused credential comes from, for messages.</param>
internal sealed class StorageOperations(AzureConnectionOptions options, TimeProvider time, string settings)
{
    /// <summary>Runs one operation.</summary>
    /// <param name="operation">Its name in the meter.</param>
    /// <param name="what">Its name in messages, such as <c>write in table OrleansGrainState</c>.</param>
    /// <param name="run">Does it; may be called again after a transaction that the service was too busy for.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="RequestFailedException">Contention: <see cref="StorageErrors.IsContention"/>.</exception>
    /// <exception cref="StoreUnavailableException">Time or repetitions are used up.</exception>
    /// <exception cref="StoreRefusedException">The service refused.</exception>
    public async Task<TResult> RunAsync<TResult>(
        string operation, string what, Func<CancellationToken, Task<TResult>> run, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.OperationTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var started = time.GetTimestamp();
        var outcome = "ok";
        try
        {
            return await RepeatTransactionAsync(run, either.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            var meaning = StorageErrors.Translate(exception, what, settings, cancellationToken.IsCancellationRequested);
            outcome = (meaning, exception) switch
            {
                (StoreRefusedException, _) => "refused",
                (StoreUnavailableException, _) => "unavailable",
                (_, RequestFailedException) => "conflict",
                _ => "cancelled",
            };
            if (meaning is null)
            {
                throw;
            }

            throw meaning;
        }
        finally
        {
            AzureTablesInstruments.Record(operation, outcome, time.GetElapsedTime(started));
        }
    }

    // The service answers a transaction as a whole, with the refusal inside, where Azure's client does not look for reasons to repeat.
    private async Task<TResult> RepeatTransactionAsync<TResult>(Func<CancellationToken, Task<TResult>> run, CancellationToken cancellationToken)
    {
        for (var repetition = 0; ; repetition++)
        {
            try
            {
                return await run(cancellationToken).ConfigureAwait(false);
            }
            catch (TableTransactionFailedException exception) when (StorageErrors.IsTransient(exception) && repetition < options.RetriesMax)
            {
                var pause = options.RetryDelay * Math.Pow(2, repetition);
                await Task.Delay(pause < options.RetryDelayMax ? pause : options.RetryDelayMax, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
