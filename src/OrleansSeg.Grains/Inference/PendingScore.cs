using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Segments;
using OrleansSeg.Tagging;

namespace OrleansSeg.Inference;

/// <summary>One call that waits in the queue.</summary>
internal abstract class PendingScore
{
    protected PendingScore(string site, int length, ScoringPriority priority, DateTimeOffset? deadline, long admittedAt)
    {
        (Site, Length, Priority, Deadline, AdmittedAt) = (site, Math.Max(1, length), priority, deadline, admittedAt);
        Arrival = new(this);
    }

    /// <summary>Whose model answers.</summary>
    public string Site { get; }

    /// <summary>The model that answers; only requests of one model share a batch.</summary>
    public virtual string Model => Site;

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
internal abstract class PendingScore<TAnswer>(string site, int length, ScoringPriority priority, DateTimeOffset? deadline, long admittedAt)
    : PendingScore(site, length, priority, deadline, admittedAt)
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

/// <summary>A call about a customer.</summary>
internal interface IPendingCustomer
{
    /// <summary>What the model sees.</summary>
    CustomerInput Input { get; }
}

/// <summary>A call for a score.</summary>
internal sealed class PendingForecast(ScoringRequest request, long admittedAt)
    : PendingScore<ScoringResult>(request.Site, request.Input.Tokens.Length, request.Priority, request.Deadline, admittedAt), IPendingCustomer
{
    /// <inheritdoc />
    public CustomerInput Input => request.Input;

    /// <summary>Answers with a score.</summary>
    public void Complete(ModelScore score, int version, TimeSpan queued, TimeSpan inference) => Settle(new ScoringResult(
        score.Segment, score.Probabilities, score.ChurnProbability, score.ExpectedValue, version, queued, inference)
    {
        ExpectedValueLow = score.ExpectedValueLow,
        ExpectedValueHigh = score.ExpectedValueHigh,
    });
}

/// <summary>A call for an explanation: served alone and beside the batches, once no score waits or its turn has come.</summary>
internal sealed class PendingExplanation(string customer, ScoringRequest request, long admittedAt)
    : PendingScore<SegmentExplanation>(request.Site, request.Input.Tokens.Length, ScoringPriority.Backfill, request.Deadline, admittedAt), IPendingCustomer
{
    /// <inheritdoc />
    public CustomerInput Input => request.Input;

    /// <summary>Whose score is explained.</summary>
    public string Customer => customer;

    /// <summary>Reads the facts behind the input; null where they were not given.</summary>
    public LifetimeAggregates? ReadLifetime() => request.Lifetime switch
    {
        null => null,
        [] => new LifetimeAggregates(),
        var bytes => LifetimeAggregates.FromBytes(bytes),
    };

    /// <summary>Answers with an explanation.</summary>
    public void Complete(SegmentExplanation explanation) => Settle(explanation);
}

/// <summary>A part of a text that waits to be told by a tagger.</summary>
/// <param name="site">Whose call it is.</param>
/// <param name="tagger">The tagger; the call that asks keeps it until all its parts are told.</param>
/// <param name="part">The part.</param>
/// <param name="priority">The lane.</param>
/// <param name="admittedAt">Timestamp of admission.</param>
internal sealed class PendingText(string site, Counted<LoadedTagger> tagger, TextPart part, ScoringPriority priority, long admittedAt)
    : PendingScore<TextPartLabels>(site, part.Length, priority, null, admittedAt)
{
    private readonly string _model = "tagger:" + tagger.Value.Hash;

    /// <summary>Sites that have the same tagger share batches; taggers that share an encoder do not.</summary>
    public override string Model => _model;

    /// <summary>The tagger.</summary>
    public Counted<LoadedTagger> Tagger => tagger;

    /// <summary>The part.</summary>
    public TextPart Part => part;

    /// <summary>Answers.</summary>
    public void Complete(TextPartLabels labels) => Settle(labels);
}
