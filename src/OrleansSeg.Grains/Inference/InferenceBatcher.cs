using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Segments;
using OrleansSeg.Tagging;

namespace OrleansSeg.Inference;

/// <summary>The silo's inference engine: a bounded queue, one thread that scores batch after batch, one that readies the next, and one that explains.</summary>
/// <remarks>
/// Needs no Orleans. The model is borrowed for each batch, so a swap falls between two of them and fails no call. While a batch is
/// scored, the next is readied only if it is full: one that is not grows better by waiting.
/// </remarks>
public sealed partial class InferenceBatcher : IDisposable
{
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _work = new(false);
    private readonly AutoResetEvent _ahead = new(false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ScoreQueue _queue;
    private readonly BatchScorer _scorer;
    private readonly InferenceOptions _options;
    private readonly InferenceInstruments _instruments;
    private readonly TimeProvider _time;
    private ReadyBatch? _next;
    private TimeSpan? _requestTime;
    private bool _scoring;
    private bool _readying;
    private bool _stopping;
    private bool _abandoned;

    /// <summary>Makes the engine and starts its threads.</summary>
    public InferenceBatcher(
        IOptions<InferenceOptions> options, IServedModels models, InferenceInstruments instruments, TimeProvider time, ILogger<InferenceBatcher> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(instruments);
        ArgumentNullException.ThrowIfNull(time);
        _options = options.Value;
        (_instruments, _time) = (instruments, time);
        _queue = new ScoreQueue(_options, time);
        _explanations = new ScoreQueue(_options, time);
        _scorer = new BatchScorer(models, instruments, time, logger);
        instruments.Watch(() => QueueLength);
        new Thread(ScoreAll) { IsBackground = true, Name = "inference" }.Start();
        new Thread(ReadyAhead) { IsBackground = true, Name = "inference-ahead" }.Start();
        new Thread(ExplainAll) { IsBackground = true, Name = "inference-explain" }.Start();
    }

    /// <summary>Requests that wait.</summary>
    public int QueueLength
    {
        get
        {
            lock (_gate)
            {
                return Waiting_NeedsLock;
            }
        }
    }

    private int Waiting_NeedsLock => _queue.Count + _explanations.Count;

    /// <summary>Scores one customer together with whoever else waits.</summary>
    /// <exception cref="InferenceOverloadedException">The queue is full.</exception>
    /// <exception cref="NoModelException">The site has no model in service.</exception>
    /// <exception cref="ArgumentException">The input is longer than a batch may be, or the request names no lane.</exception>
    /// <exception cref="TimeoutException">The request's deadline passed while it waited.</exception>
    /// <exception cref="InferenceFailedException">The model failed on the batch.</exception>
    /// <exception cref="InferenceUnavailableException">The engine is stopping.</exception>
    /// <exception cref="OperationCanceledException">The caller left before its batch was done.</exception>
    public Task<ScoringResult> ScoreAsync(ScoringRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AdmitAsync(new PendingForecast(request, _time.GetTimestamp()), cancellationToken);
    }

    /// <summary>Tells a part of a text together with whatever else waits for the same tagger. Fails as <see cref="ScoreAsync"/> does.</summary>
    internal Task<TextPartLabels> TagAsync(string site, Counted<LoadedTagger> tagger, TextPart part, ScoringPriority priority, CancellationToken cancellationToken) =>
        AdmitAsync(new PendingText(site, tagger, part, priority, _time.GetTimestamp()), cancellationToken);

    /// <summary>Refuses new calls, answers all that wait, and ends.</summary>
    /// <param name="cancellationToken">Ends the patience: whoever still waits then is told that the engine stops.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _stopping = true;
        }

        _work.Set();
        _explain.Set();
        await Task.WhenAll(_ended.Task, _explained.Task).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Abandon();
    }

    /// <summary>Stops as <see cref="StopAsync"/> does, with a patience of 30 s.</summary>
    public void Dispose()
    {
        using var patience = new CancellationTokenSource(DrainMax, _time);
        StopAsync(patience.Token).GetAwaiter().GetResult();
    }

    private static InferenceUnavailableException Stopping() => new("The inference engine of this silo is stopping.");

    private Task<TAnswer> AdmitAsync<TAnswer>(PendingScore<TAnswer> request, CancellationToken cancellationToken)
    {
        Check(request);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<TAnswer>(cancellationToken);
        }

        lock (_gate)
        {
            if (_stopping)
            {
                return Task.FromException<TAnswer>(Stopping());
            }

            if (Waiting_NeedsLock >= _options.QueueLengthMax)
            {
                _instruments.Refused();
                return Task.FromException<TAnswer>(new InferenceOverloadedException(EstimateWait_NeedsLock(), Waiting_NeedsLock));
            }

            var noPointInWaiting = QueueOf(request).Add(request);
            if (request is PendingExplanation)
            {
                _explain.Set();
            }
            else
            {
                Wake_NeedsLock(noPointInWaiting);
            }
        }

        return cancellationToken.CanBeCanceled ? LeaveWhenCancelledAsync(request, cancellationToken) : request.Answer;
    }

    private async Task<TAnswer> LeaveWhenCancelledAsync<TAnswer>(PendingScore<TAnswer> request, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (batcher, gone) = ((InferenceBatcher, PendingScore<TAnswer>))state!;
                gone.Cancel(token);
                batcher.Forget(gone);
            },
            (this, request));
        return await request.Answer.ConfigureAwait(false);
    }

    private void Check(PendingScore request)
    {
        if (request.Length > _options.TokenBudget)
        {
            throw new ArgumentException($"The input has {request.Length} steps; a batch holds at most {_options.TokenBudget}.", nameof(request));
        }

        if (!Enum.IsDefined(request.Priority))
        {
            throw new ArgumentException($"Priority {(int)request.Priority} is no lane.", nameof(request));
        }
    }

    private void Forget(PendingScore request)
    {
        lock (_gate)
        {
            QueueOf(request).Remove(request);
        }
    }

    private void Wake_NeedsLock(bool noPointInWaiting)
    {
        if (_scoring)
        {
            // Whatever is not full is looked at when the batch in hand is done.
            if (noPointInWaiting && _next is null && !_readying)
            {
                _ahead.Set();
            }
        }
        else if (noPointInWaiting || _queue.Count == 1)
        {
            // The first of a batch starts the wait for company, which the thread measures by itself.
            _work.Set();
        }
    }

    /// <summary>How long until all that waits is scored, at the pace of late: by then there is a place.</summary>
    private TimeSpan EstimateWait_NeedsLock()
    {
        var estimate = (_requestTime ?? TimeSpan.Zero) * _queue.Count;
        return TimeSpan.FromMilliseconds(Math.Clamp(estimate.TotalMilliseconds, 10, 30_000));
    }

    private void FailLate(List<PendingScore> late)
    {
        foreach (var request in late)
        {
            _instruments.Expired();
            request.Fail(new TimeoutException("The deadline passed before the request's batch began."));
        }

        late.Clear();
    }

    /// <summary>Fails whoever still waits; the batch in hand is finished if the model ever returns.</summary>
    private void Abandon()
    {
        IReadOnlyList<PendingScore> waiting;
        lock (_gate)
        {
            _abandoned = true;
            waiting = [.. _queue.Drain(), .. _explanations.Drain()];
        }

        foreach (var request in waiting)
        {
            request.Fail(Stopping());
        }

        _work.Set();
        _explain.Set();
    }
}
