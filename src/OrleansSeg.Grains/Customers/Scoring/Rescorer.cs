using Microsoft.Extensions.Logging;
using OrleansSeg.Customers.History;
using OrleansSeg.Events;
using OrleansSeg.Inference;

namespace OrleansSeg.Customers.Scoring;

/// <summary>Keeps one customer's assignment up with its behaviour: debounced, one score at a time, retried until it succeeds.</summary>
/// <remarks>
/// Whether there is something to score is durable (a revision that the assignment does not reflect yet), so nothing is lost when the
/// activation ends; the partition's sweep takes it up. All calls must come from the activation's scheduler.
/// </remarks>
internal sealed partial class Rescorer(
    CustomerKey key,
    CustomerJournal journal,
    InferenceDoors doors,
    CustomerOptions customerOptions,
    RescoringOptions options,
    ModelWatch models,
    TimeProvider time,
    CustomerInstruments instruments,
    ILogger logger,
    CancellationToken stopping)
{
    private readonly List<Waiter> _waiters = [];
    private TaskCompletionSource _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loop = Task.CompletedTask;
    private ScoringPriority _priority = ScoringPriority.Backfill;
    private long _markedAt;
    private long _firstMarkedAt;
    private bool _refresh;

    private bool IsDue
    {
        get
        {
            var state = journal.State;
            return state.IsKnown
                && state.MayProfile(customerOptions)
                && (_refresh || state.Assignment is not { } assignment || assignment.Revision < state.Revision);
        }
    }

    /// <summary>Notes behaviour that the assignment does not reflect yet.</summary>
    public void Mark(ScoringPriority priority)
    {
        _priority = priority < _priority ? priority : _priority;
        _markedAt = time.GetTimestamp();
        Start();
    }

    /// <summary>Scores at once, even when nothing changed; ends when the assignment reflects everything durable now, or cannot.</summary>
    /// <param name="priority">The lane.</param>
    /// <param name="patient">Whether to wait through overload; otherwise the first failure is the answer, and scoring is retried unwatched.</param>
    public Task<RefreshOutcome> ScoreNowAsync(ScoringPriority priority, bool patient)
    {
        if (stopping.IsCancellationRequested)
        {
            return Task.FromResult(RefreshOutcome.Unavailable);
        }

        _refresh = true;
        if (!IsDue)
        {
            _refresh = false;
            return Task.FromResult(RefreshOutcome.NotNeeded);
        }

        var waiter = new Waiter(journal.State.Revision, patient, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _waiters.Add(waiter);
        _hurry.TrySetResult();
        Mark(priority);
        return waiter.Done.Task;
    }

    /// <summary>Lets every waiter go, because the loop ends.</summary>
    public void Stop() => Release(RefreshOutcome.Unavailable, _ => true);

    private void Start()
    {
        if (_loop.IsCompleted && !stopping.IsCancellationRequested)
        {
            _firstMarkedAt = time.GetTimestamp();
            _loop = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        for (var failures = 0; IsDue && !stopping.IsCancellationRequested;)
        {
            try
            {
                await WaitForQuietAsync();
                await ScoreAsync();
                failures = 0;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (NoModelException)
            {
                // The sweep comes back once a model is in service; trying on would only ask the registry again and again.
                GiveUp(RefreshOutcome.NoModel);
                return;
            }
            catch (ArgumentException exception)
            {
                LogRefused(key.GrainKey, exception);
                GiveUp(RefreshOutcome.Unavailable);
                return;
            }
            catch (Exception exception)
            {
                var wait = BackOff(++failures, (exception as InferenceOverloadedException)?.RetryAfter ?? TimeSpan.Zero);
                if (failures == 1)
                {
                    LogRetry(key.GrainKey, exception.Message);
                }

                Release(RefreshOutcome.Unavailable, w => !w.Patient);
                await PauseAsync(wait);
            }
        }

        Release(RefreshOutcome.NotNeeded, _ => true);
    }

    private async Task WaitForQuietAsync()
    {
        while (!_hurry.Task.IsCompleted && !stopping.IsCancellationRequested)
        {
            var quiet = options.DebounceInterval - time.GetElapsedTime(_markedAt);
            var patience = options.DebounceMax - time.GetElapsedTime(_firstMarkedAt);
            var wait = quiet < patience ? quiet : patience;
            if (wait <= TimeSpan.Zero)
            {
                return;
            }

            await PauseAsync(wait);
        }
    }

    private async Task PauseAsync(TimeSpan wait)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(Task.Delay(wait, time, cancel.Token), _hurry.Task);
        await cancel.CancelAsync();
    }

    private async Task ScoreAsync()
    {
        stopping.ThrowIfCancellationRequested();
        var (state, hot) = (journal.State, journal.Hot);
        var (refresh, priority, hurried) = (_refresh, _priority, _hurry.Task.IsCompleted);
        (_refresh, _priority, _hurry) = (false, ScoringPriority.Backfill, new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            if (!hurried && !await models.HasModelAsync(key.Site, stopping))
            {
                throw new NoModelException(key.Site);
            }

            var assignment = await AskAsync(state, hot, priority);
            await journal.SubmitAsync(new AssignmentChange(state.Epoch, assignment, customerOptions));
            instruments.Scored(priority, time.GetElapsedTime(_firstMarkedAt));
        }
        catch (Exception)
        {
            // What was asked for is still to be done.
            _refresh |= refresh;
            _priority = priority < _priority ? priority : _priority;
            throw;
        }

        _firstMarkedAt = time.GetTimestamp();
        Release(RefreshOutcome.Rescored, w => w.Revision <= state.Revision);
    }

    private async Task<StoredAssignment> AskAsync(CustomerState state, EventBlock hot, ScoringPriority priority)
    {
        var now = time.GetUtcNow();
        var (input, hasPurchased) = await ScoringInput.BuildAsync(state, hot, journal.Pages, options.ScoringTime(time), stopping);
        var result = await doors.Of(key).ScoreAsync(new ScoringRequest(key.Site, input, priority, null), stopping);
        return new StoredAssignment(
            result.Segment,
            [.. result.Probabilities.Select(p => p.Segment)],
            [.. result.Probabilities.Select(p => p.Probability)],
            hasPurchased ? result.ChurnProbability : null,
            result.ExpectedValue,
            result.ModelVersion,
            now,
            state.SealedCount + hot.Count,
            state.Revision)
        {
            // The interval is that of buyers; what others spend is mostly nothing, and nobody fitted it.
            ExpectedValueLow = hasPurchased ? result.ExpectedValueLow : null,
            ExpectedValueHigh = hasPurchased ? result.ExpectedValueHigh : null,
        };
    }

    private void GiveUp(RefreshOutcome outcome)
    {
        _refresh = false;
        Release(outcome, _ => true);
    }

    private void Release(RefreshOutcome outcome, Predicate<Waiter> which)
    {
        foreach (var waiter in _waiters.FindAll(which))
        {
            waiter.Done.TrySetResult(outcome);
            _waiters.Remove(waiter);
        }
    }

    private TimeSpan BackOff(int failures, TimeSpan atLeast)
    {
        var doubled = options.BackOffMin * Math.Pow(2, Math.Min(failures - 1, 20));
        var wait = doubled < options.BackOffMax ? doubled : options.BackOffMax;

        // Jitter keeps customers refused together from coming back together.
        wait *= 0.5 + Random.Shared.NextDouble();
        return wait > atLeast ? wait : atLeast;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Scoring {Customer} failed and is retried with back-off: {Reason}")]
    private partial void LogRetry(string customer, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Inference refuses the input of {Customer}; it is scored again when it behaves anew.")]
    private partial void LogRefused(string customer, Exception exception);

    private sealed record Waiter(long Revision, bool Patient, TaskCompletionSource<RefreshOutcome> Done);
}
