namespace OrleansSeg.Models;

/// <summary>When to try again after a model could not be loaded: the pause doubles, because checking a large bundle is dear.</summary>
/// <param name="first">The first pause.</param>
/// <param name="time">The clock.</param>
internal sealed class LoadRetry(TimeSpan first, TimeProvider time)
{
    private static readonly TimeSpan PauseMax = TimeSpan.FromMinutes(1);
    private TimeSpan _pause;
    private long _failedAt;
    private string? _failed;

    /// <summary>Whether to try: the pause is over, or it is for something else.</summary>
    /// <param name="hash">The bundle to load; null for asking the registry which.</param>
    public bool IsDue(string? hash) => hash != _failed || time.GetElapsedTime(_failedAt) >= _pause;

    /// <summary>Notes a success.</summary>
    public void Succeeded() => (_pause, _failed) = (TimeSpan.Zero, null);

    /// <summary>Notes a failure; returns the pause that begins. A bundle other than the one before begins with the first pause.</summary>
    /// <param name="hash">The bundle that was not loaded; null when the registry did not say which.</param>
    public TimeSpan Failed(string? hash)
    {
        var doubled = _pause == TimeSpan.Zero || hash != _failed ? first : _pause * 2;
        _pause = doubled < PauseMax ? doubled : first < PauseMax ? PauseMax : first;
        (_failed, _failedAt) = (hash, time.GetTimestamp());
        return _pause;
    }
}
