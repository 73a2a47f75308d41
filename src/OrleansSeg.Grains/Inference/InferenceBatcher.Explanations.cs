using OrleansSeg.Segments;

namespace OrleansSeg.Inference;

/// <summary>Explanations: they take many times as long as a score, so they wait in the last lane and have a thread of their own.</summary>
/// <remarks>
/// One begins when no score waits or is computed, or when enough batches have gone before it. Once begun it runs beside the batches,
/// which therefore never wait for it.
/// </remarks>
public sealed partial class InferenceBatcher
{
    private readonly AutoResetEvent _explain = new(false);
    private readonly TaskCompletionSource _explained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ScoreQueue _explanations;
    private int _passedOver;

    private bool IsExplanationsTurn_NeedsLock =>
        _stopping || _passedOver >= _options.LowLaneEvery || (!_scoring && !_readying && _next is null && _queue.Count == 0);

    /// <summary>Explains one score, in the last lane. Fails as <see cref="ScoreAsync"/> does.</summary>
    public Task<SegmentExplanation> ExplainAsync(string customer, ScoringRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AdmitAsync(new PendingExplanation(customer, request, _time.GetTimestamp()), cancellationToken);
    }

    private ScoreQueue QueueOf(PendingScore request) => request is PendingExplanation ? _explanations : _queue;

    /// <summary>To be called when the scoring thread has looked for its next batch.</summary>
    private void WakeExplaining_NeedsLock()
    {
        if (_explanations.Count == 0)
        {
            return;
        }

        _passedOver += _scoring ? 1 : 0;
        if (IsExplanationsTurn_NeedsLock)
        {
            _explain.Set();
        }
    }

    private void ExplainAll()
    {
        var late = new List<PendingScore>();
        while (NextToExplain(late) is { } batch)
        {
            if (_scorer.Prepare(batch) is { } ready)
            {
                _scorer.Score(ready);
            }
        }

        _explained.TrySetResult();
    }

    /// <summary>Waits for the next one; null when the engine has stopped.</summary>
    private ScoreBatch? NextToExplain(List<PendingScore> late)
    {
        while (true)
        {
            ScoreBatch? batch = null;
            var isLast = false;
            lock (_gate)
            {
                if (IsExplanationsTurn_NeedsLock)
                {
                    batch = _explanations.TryTake(TakeWhen.Anything, late);
                    _passedOver = 0;
                }

                isLast = _stopping && _explanations.Count == 0;
            }

            FailLate(late);
            if (batch is not null || isLast)
            {
                return batch;
            }

            _explain.WaitOne();
        }
    }
}
