namespace OrleansSeg.Persistence.Sqlite.Tests;

/// <summary>Holds callers until all of a round have come.</summary>
internal sealed class AsyncBarrier
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    public Task SignalAndWaitAsync(int participants)
    {
        lock (_gate)
        {
            var open = _open;
            if (++_waiting == participants)
            {
                _waiting = 0;
                _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                open.SetResult();
            }

            return open.Task;
        }
    }
}
