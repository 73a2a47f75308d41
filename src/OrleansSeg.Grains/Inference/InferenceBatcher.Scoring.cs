namespace OrleansSeg.Inference;

/// <summary>The two threads that scoring takes: one scores batch after batch, the other readies the next meanwhile.</summary>
public sealed partial class InferenceBatcher
{
    private void ScoreAll()
    {
        while (NextToScore() is { } ready)
        {
            var elapsed = _scorer.Score(ready) / ready.Batch.Requests.Count;
            lock (_gate)
            {
                _requestTime = _requestTime is { } before ? (0.8 * before) + (0.2 * elapsed) : elapsed;
            }
        }

        _ended.TrySetResult();
        _ahead.Set();
    }

    /// <summary>Waits for the next batch; null when the engine has stopped.</summary>
    private ReadyBatch? NextToScore()
    {
        var late = new List<PendingScore>();
        while (true)
        {
            ScoreBatch? batch;
            var wait = Timeout.InfiniteTimeSpan;
            lock (_gate)
            {
                if (_next is { } ready)
                {
                    (_next, _scoring) = (null, true);
                    WakeExplaining_NeedsLock();
                    _ahead.Set();
                    return ready;
                }

                // A batch that is being readied left the queue first, so it is scored first.
                batch = _readying || _abandoned ? null : _queue.TryTake(_stopping ? TakeWhen.Anything : TakeWhen.Due, late);
                _scoring = batch is not null;
                WakeExplaining_NeedsLock();
                if (batch is null && !_readying)
                {
                    if (_stopping)
                    {
                        return null;
                    }

                    if (_queue.Count > 0)
                    {
                        wait = _queue.UntilDue();
                    }
                }
            }

            FailLate(late);
            if (batch is null)
            {
                WaitForWork(wait);
            }
            else if (_scorer.Prepare(batch) is { } prepared)
            {
                _ahead.Set();
                return prepared;
            }
        }
    }

    /// <summary>Waits until woken, at most so long.</summary>
    /// <remarks>
    /// The thread's own wait is exact to a tenth of a millisecond, where a timer of the runtime rings up to 4 ms late. What is due is
    /// decided by the clock given, not by the wait.
    /// </remarks>
    private void WaitForWork(TimeSpan atMost) => _work.WaitOne(
        atMost == Timeout.InfiniteTimeSpan ? Timeout.Infinite : (int)Math.Ceiling(atMost.TotalMilliseconds));

    private void ReadyAhead()
    {
        var late = new List<PendingScore>();
        while (!_ended.Task.IsCompleted)
        {
            _ahead.WaitOne();
            ScoreBatch? batch = null;
            lock (_gate)
            {
                if (_scoring && _next is null)
                {
                    batch = _queue.TryTake(TakeWhen.Full, late);
                    _readying = batch is not null;
                }
            }

            FailLate(late);
            if (batch is not null)
            {
                var ready = _scorer.Prepare(batch);
                lock (_gate)
                {
                    (_next, _readying) = (ready, false);
                }

                _work.Set();
            }
        }
    }
}
