using OrleansSeg.Model.Features;
using OrleansSeg.Segments;

namespace OrleansSeg.Inference;

/// <summary>One call that waits in the queue.</summary>
internal abstract class PendingScore
{
    protected PendingScore(ScoringRequest request, ScoringPriority priority, long admittedAt)
    {
        (Site, Input, Priority, Deadline, AdmittedAt) = (request.Site, request.Input, priority, request.Deadline, admittedAt);
        Length = Math.Max(1, Input.Tokens.Length);
        Arrival = new(this);
    }

    /// <summary>Whose model answers.</summary>
    public string Site { get; }

    /// <summary>What the model sees.</summary>
    public CustomerInput Input { get; }

    /// <summary>The lane.</summary>
    public ScoringPriority Priority { get; }

    /// <summary>When the answer stops being worth having.</summary>
    public DateTimeOffset? Deadline { get; }

    /// <summary>Timestamp of admission.</summary>
    public long AdmittedAt { get; }

    /// <summary>Steps of the input, at least 1: what the token budget counts.</summary>
    public int Length { get; }

    /// <summary>Number of the admission; the queue's.</summary>
    public long Sequence { get; set; }

    /// <summary>Its place among the arrivals of its group; the queue's.</summary>
    public LinkedListNode<PendingScore> Arrival { get; }

    /// <summary>Whether it waits in a queue.</summary>
    public bool IsQueued => Arrival.List is not null;

    /// <summary>The earliest deadline first, then the first to come.</summary>
    public static int CompareUrgency(PendingScore x, PendingScore y)
    {
        var byDeadline = (x.Deadline ?? DateTimeOffset.MaxValue).CompareTo(y.Deadline ?? DateTimeOffset.MaxValue);
        return byDeadline != 0 ? byDeadline : x.Sequence.CompareTo(y.Sequence);
    }

    /// <summary>Answers with an error.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>Lets the caller go.</summary>
    public abstract void Cancel(CancellationToken cancellationToken);
}

/// <summary>A call that waits for an answer of one kind.</summary>
internal abstract class PendingScore<TAnswer>(ScoringRequest request, ScoringPriority priority, long admittedAt)
    : PendingScore(request, priority, admittedAt)
{
    private readonly TaskCompletionSource<TAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer to come.</summary>
    public Task<TAnswer> Answer => _answer.Task;

    /// <inheritdoc />
    public override void Fail(Exception exception) => _answer.TrySetException(exception);

    /// <inheritdoc />
    public override void Cancel(CancellationToken cancellationToken) => _answer.TrySetCanceled(cancellationToken);

    /// <summary>Answers.</summary>
    protected void Settle(TAnswer answer) => _answer.TrySetResult(answer);
}

/// <summary>A call for a score.</summary>
internal sealed class PendingForecast(ScoringRequest request, long admittedAt)
    : PendingScore<ScoringResult>(request, request.Priority, admittedAt)
{
    /// <summary>Answers with a score.</summary>
    public void Complete(ModelScore score, int version, TimeSpan queued, TimeSpan inference) => Settle(new ScoringResult(
        score.Segment, score.Probabilities, score.ChurnProbability, score.ExpectedValue, version, queued, inference));
}

/// <summary>A call for an explanation: served alone, when nothing else waits or its turn has come.</summary>
internal sealed class PendingExplanation(string customer, ScoringRequest request, long admittedAt)
    : PendingScore<SegmentExplanation>(request, ScoringPriority.Backfill, admittedAt)
{
    /// <summary>Whose score is explained.</summary>
    public string Customer => customer;

    /// <summary>Answers with an explanation.</summary>
    public void Complete(SegmentExplanation explanation) => Settle(explanation);
}
