namespace OrleansSeg.Models;

/// <summary>When to try again after a model could not be loaded: the pause doubles, because checking a large bundle is dear.</summary>
/// <param name="first">The first pause.</param>
/// <param name="time">The clock.</param>
internal sealed class LoadRetry(TimeSpan first, TimeProvider time)
{
    private static readonly TimeSpan PauseMax = TimeSpan.FromMinutes(1);
    private TimeSpan _pause;
    private long _failedAt;

    /// <summary>Whether the pause is over.</summary>
    public bool IsDue => time.GetElapsedTime(_failedAt) >= _pause;

    /// <summary>Notes a success.</summary>
    public void Succeeded() => _pause = TimeSpan.Zero;

    /// <summary>Notes a failure; returns the pause that begins.</summary>
    public TimeSpan Failed()
    {
        var doubled = _pause == TimeSpan.Zero ? first : _pause * 2;
        _pause = doubled < PauseMax ? doubled : first < PauseMax ? PauseMax : first;
        _failedAt = time.GetTimestamp();
        return _pause;
    }
}
