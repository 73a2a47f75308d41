namespace OrleansSeg.Client;

/// <summary>Tries again while the cluster cannot be reached, up to a limit.</summary>
/// <param name="limit">How long to keep trying.</param>
/// <param name="time">The clock.</param>
internal sealed class ConnectionRetry(TimeSpan limit, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private long? _began;

    /// <summary>Whether to try again, after a pause.</summary>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        _began ??= time.GetTimestamp();
        if (exception is OperationCanceledException || time.GetElapsedTime(_began.Value) >= limit)
        {
            return false;
        }

        await Task.Delay(Pause, time, cancellationToken);
        return true;
    }
}
