namespace OrleansSeg.Persistence.Conformance;

/// <summary>Holds callers until all of a round have come.</summary>
internal sealed class Gathering(int participants)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    public Task ArriveAsync()
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
