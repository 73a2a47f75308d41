using OrleansSeg.Model.Features;
using OrleansSeg.Segments;

namespace OrleansSeg.Inference;

/// <summary>One call that waits in the queue.</summary>
internal abstract class PendingScore(string site, CustomerInput input, ScoringPriority priority, DateTimeOffset? deadline, long admittedAt)
{
    /// <summary>Whose model answers.</summary>
    public string Site => site;

    /// <summary>What the model sees.</summary>
    public CustomerInput Input => input;

    /// <summary>The lane.</summary>
    public ScoringPriority Priority => priority;

    /// <summary>When the answer stops being worth having.</summary>
    public DateTimeOffset? Deadline => deadline;

    /// <summary>Timestamp of admission.</summary>
    public long AdmittedAt => admittedAt;

    /// <summary>Steps of the input, at least 1: what the token budget counts.</summary>
    public int Length { get; } = Math.Max(1, input.Tokens.Length);

    /// <summary>Whether the caller has gone or been answered.</summary>
    public abstract bool IsSettled { get; }

    /// <summary>Answers with an error.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>Lets go of the caller's cancellation.</summary>
    public abstract void Cancel(CancellationToken cancellationToken);
}

/// <summary>A call that waits for an answer of one kind.</summary>
internal abstract class PendingScore<TAnswer>(
    string site, CustomerInput input, ScoringPriority priority, DateTimeOffset? deadline, long admittedAt)
    : PendingScore(site, input, priority, deadline, admittedAt)
{
    private readonly TaskCompletionSource<TAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer to come.</summary>
    public Task<TAnswer> Answer => _answer.Task;

    /// <inheritdoc />
    public override bool IsSettled => _answer.Task.IsCompleted;

    /// <inheritdoc />
    public override void Fail(Exception exception) => _answer.TrySetException(exception);

    /// <inheritdoc />
    public override void Cancel(CancellationToken cancellationToken) => _answer.TrySetCanceled(cancellationToken);

    /// <summary>Answers.</summary>
    protected void Settle(TAnswer answer) => _answer.TrySetResult(answer);
}

/// <summary>A call for a score.</summary>
internal sealed class PendingForecast(ScoringRequest request, long admittedAt)
    : PendingScore<ScoringResult>(request.Site, request.Input, request.Priority, request.Deadline, admittedAt)
{
    /// <summary>Answers with a score.</summary>
    public void Complete(ModelScore score, int version, TimeSpan queued, TimeSpan inference) => Settle(new ScoringResult(
        score.Segment, score.Probabilities, score.ChurnProbability, score.ExpectedValue, version, queued, inference));
}

/// <summary>A call for an explanation: served alone, when nothing else waits or its turn has come.</summary>
internal sealed class PendingExplanation(string customer, ScoringRequest request, long admittedAt)
    : PendingScore<SegmentExplanation>(request.Site, request.Input, ScoringPriority.Backfill, request.Deadline, admittedAt)
{
    /// <summary>Computes and answers.</summary>
    public void Complete(IScoringModel model) => Settle(model.Explain(customer, Input));
}
