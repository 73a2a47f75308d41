using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSeg.Segments;

namespace OrleansSeg.Inference;

/// <summary>The silo's inference engine: a bounded queue, and one thread that scores batch after batch.</summary>
/// <remarks>Needs no Orleans. The model is borrowed for each batch, so a swap falls between two of them and fails no call.</remarks>
public sealed partial class InferenceBatcher : IDisposable
{
    /// <summary>The thread looks again after this many arrivals: looking at each would cost more than scoring.</summary>
    private const int WakeEvery = 64;

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _signal = new(false);
    private readonly ScoreQueue _queue;
    private readonly InferenceOptions _options;
    private readonly IServedModels _models;
    private readonly InferenceInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger<InferenceBatcher> _logger;
    private readonly ITimer _linger;
    private readonly Thread _thread;
    private TimeSpan _recentBatchTime = TimeSpan.FromMilliseconds(10);
    private bool _stopping;

    /// <summary>Makes the engine and starts its thread.</summary>
    public InferenceBatcher(
        IOptions<InferenceOptions> options, IServedModels models, InferenceInstruments instruments, TimeProvider time, ILogger<InferenceBatcher> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options.Value;
        (_models, _instruments, _time, _logger) = (models, instruments, time, logger);
        _queue = new ScoreQueue(_options);
        _linger = time.CreateTimer(_ => _signal.Set(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new Thread(Run) { IsBackground = true, Name = "inference" };
        _thread.Start();
    }

    /// <summary>Requests that wait.</summary>
    public int QueueLength
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Scores one customer together with whoever else waits.</summary>
    /// <exception cref="InferenceOverloadedException">The queue is full.</exception>
    /// <exception cref="NoModelException">The site has no model in service.</exception>
    /// <exception cref="ArgumentException">The input is longer than a batch may be.</exception>
    /// <exception cref="TimeoutException">The request's deadline passed while it waited.</exception>
    /// <exception cref="OperationCanceledException">The caller left before its batch began.</exception>
    public Task<ScoringResult> ScoreAsync(ScoringRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AdmitAsync(new PendingForecast(request, _time.GetTimestamp()), cancellationToken);
    }

    /// <summary>Explains one score, in the last lane.</summary>
    /// <exception cref="InferenceOverloadedException">The queue is full.</exception>
    /// <exception cref="NoModelException">The site has no model in service.</exception>
    public Task<SegmentExplanation> ExplainAsync(string customer, ScoringRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AdmitAsync(new PendingExplanation(customer, request, _time.GetTimestamp()), cancellationToken);
    }

    /// <summary>Ends the thread after the batch in hand; whoever still waits is told so.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
        }

        _signal.Set();
        _thread.Join();
        _linger.Dispose();
        _signal.Dispose();
    }

    private async Task<TAnswer> AdmitAsync<TAnswer>(PendingScore<TAnswer> request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (request.Length > _options.TokenBudget)
        {
            throw new ArgumentException($"The input has {request.Length} steps; a batch holds at most {_options.TokenBudget}.", nameof(request));
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            if (_queue.Count >= _options.QueueLengthMax)
            {
                _instruments.Refused();
                throw new InferenceOverloadedException(EstimateWait_NeedsLock(), _queue.Count);
            }

            _queue.Add(request);
            if (_queue.Count == 1 || _queue.Count % WakeEvery == 0)
            {
                _signal.Set();
            }
        }

        await using var _ = cancellationToken.UnsafeRegister(
            static (state, token) => ((PendingScore)state!).Cancel(token), request).ConfigureAwait(false);
        return await request.Answer.ConfigureAwait(false);
    }

    private TimeSpan EstimateWait_NeedsLock()
    {
        var batches = Math.Max(1, _queue.Count / _options.BatchSizeMax);
        return TimeSpan.FromMilliseconds(Math.Clamp(batches * _recentBatchTime.TotalMilliseconds, 10, 30_000));
    }

    private void Run()
    {
        while (TryNext(out var batch))
        {
            if (batch is null)
            {
                _signal.WaitOne();
            }
            else
            {
                Serve(batch);
            }
        }

        foreach (var request in _queue.Drain())
        {
            request.Fail(new ObjectDisposedException(nameof(InferenceBatcher), "The silo is stopping."));
        }
    }

    private bool TryNext(out ScoreBatch? batch)
    {
        var late = new List<PendingScore>();
        lock (_gate)
        {
            batch = _stopping ? null : _queue.TryTake(_time.GetUtcNow(), WaitedOf, flush: _options.LingerMax == TimeSpan.Zero, late);
            if (batch is null && _queue.Count > 0)
            {
                _linger.Change(_options.LingerMax, Timeout.InfiniteTimeSpan);
            }
        }

        foreach (var request in late)
        {
            _instruments.Expired();
            request.Fail(new TimeoutException("The deadline passed before the request's batch began."));
        }

        return !_stopping;
    }

    private TimeSpan WaitedOf(PendingScore request) => _time.GetElapsedTime(request.AdmittedAt);

    private void Serve(ScoreBatch batch)
    {
        var started = _time.GetTimestamp();
        try
        {
            using var lease = _models.Rent(batch.Site) ?? throw new NoModelException(batch.Site);
            if (batch.Requests[0] is PendingExplanation explanation)
            {
                explanation.Complete(lease.Model);
            }
            else
            {
                Score(batch, lease.Model, started);
            }
        }
        catch (Exception exception)
        {
            if (exception is not NoModelException)
            {
                LogFailed(batch.Site, batch.Requests.Count, exception);
            }

            foreach (var request in batch.Requests)
            {
                request.Fail(exception);
            }
        }

        _recentBatchTime = _time.GetElapsedTime(started);
        _instruments.Scored(batch, _time.GetElapsedTime(batch.Requests[0].AdmittedAt, started), _recentBatchTime);
    }

    private void Score(ScoreBatch batch, IScoringModel model, long started)
    {
        var scores = model.Score([.. batch.Requests.Select(request => request.Input)]);
        var elapsed = _time.GetElapsedTime(started);
        for (var i = 0; i < scores.Count; i++)
        {
            var request = (PendingForecast)batch.Requests[i];
            request.Complete(scores[i], model.Version, _time.GetElapsedTime(request.AdmittedAt, started), elapsed);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A batch of {Count} requests of site {Site} failed.")]
    private partial void LogFailed(string site, int count, Exception exception);
}
