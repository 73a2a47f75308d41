namespace OrleansSeg.Inference;

/// <summary>When the engine wants a batch.</summary>
internal enum TakeWhen
{
    /// <summary>The engine is idle: any batch that is full or has waited long enough.</summary>
    Due,

    /// <summary>The engine is busy: only a batch that more waiting cannot make better.</summary>
    Full,

    /// <summary>The engine is stopping: whatever is there.</summary>
    Anything,
}

/// <summary>Who waits, and who goes together. Not thread-safe: <see cref="InferenceBatcher"/> guards it.</summary>
/// <remarks>
/// Lanes by priority; in a lane the earliest deadline goes first, then the first to come. The most urgent request leads a batch, and
/// requests of its model and of about its length join it, the most urgent first, while requests × longest stays within the budget.
/// Waiting for company ends for all as soon as one batch is full, one request has waited long enough, or a whole batch's worth waits:
/// then the engine has something to do, and the most urgent goes first. Every so many batches a lower lane that waits has its turn,
/// the lower lanes one after the other; its requests then lead the batch.
/// </remarks>
internal sealed class ScoreQueue(InferenceOptions options, TimeProvider time)
{
    private readonly Dictionary<(string Model, LengthBucket Bucket), ScoreGroup> _groups = [];
    private readonly int[] _laneCounts = new int[ScoreGroup.LaneCount];
    private long _sequence;
    private long _batches;
    private int _lastTurn;

    /// <summary>Requests that wait.</summary>
    public int Count { get; private set; }

    private bool IsDeep => Count >= options.BatchSizeMax;

    /// <summary>Admits a request; true when waiting for company has no more point because of it.</summary>
    public bool Add(PendingScore request)
    {
        var key = (request.Model, LengthBucket.Of(request));
        if (!_groups.TryGetValue(key, out var group))
        {
            _groups.Add(key, group = new ScoreGroup(key.Item2, options));
        }

        var (wasFull, wasDeep) = (group.IsFull, IsDeep);
        request.Sequence = _sequence++;
        group.Add(request);
        Note(request, 1);
        return (group.IsFull && !wasFull) || (IsDeep && !wasDeep);
    }

    /// <summary>Removes a request whose caller has gone; false when it does not wait any more.</summary>
    public bool Remove(PendingScore request)
    {
        if (!request.IsQueued)
        {
            return false;
        }

        var key = (request.Model, LengthBucket.Of(request));
        _groups[key].Remove(request);
        Note(request, -1);
        DropIfEmpty(key);
        return true;
    }

    /// <summary>The next batch, or null when nothing waits or company may still come.</summary>
    /// <param name="when">What the engine is doing.</param>
    /// <param name="late">Gets the requests removed because their deadline has passed.</param>
    public ScoreBatch? TryTake(TakeWhen when, List<PendingScore> late)
    {
        // Read before the deadlines are: whoever is let go because of this instant was not too late at it.
        var now = time.GetTimestamp();
        RemoveLate(late);
        if (Count == 0)
        {
            return null;
        }

        var turn = TurnOf();
        var lane = turn ?? Array.FindIndex(_laneCounts, count => count > 0);
        var (key, group) = _groups.Where(pair => pair.Value.FirstOf(lane) is not null)
            .MinBy(pair => pair.Value.FirstOf(lane)!, Comparer<PendingScore>.Create(PendingScore.CompareUrgency));
        if (TriggerOf(when, group, now) is not { } trigger)
        {
            return null;
        }

        var members = group.Take(lane);
        members.ForEach(request => Note(request, -1));
        DropIfEmpty(key);
        _batches++;
        _lastTurn = turn ?? _lastTurn;
        return new ScoreBatch(members, trigger);
    }

    /// <summary>How long until some request has waited for company as long as it may; zero when one has.</summary>
    public TimeSpan UntilDue() => UntilDue(time.GetTimestamp());

    private TimeSpan UntilDue(long now)
    {
        var oldest = _groups.Values.Min(group => group.Oldest!.AdmittedAt);
        var left = options.LingerMax - time.GetElapsedTime(oldest, now);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Removes everything.</summary>
    public IReadOnlyList<PendingScore> Drain()
    {
        var all = new List<PendingScore>(Count);
        foreach (var group in _groups.Values)
        {
            while (group.Oldest is { } request)
            {
                group.Remove(request);
                Note(request, -1);
                all.Add(request);
            }
        }

        _groups.Clear();
        return all;
    }

    private BatchTrigger? TriggerOf(TakeWhen when, ScoreGroup leading, long now)
    {
        if (leading.IsFull)
        {
            return BatchTrigger.Size;
        }

        if (when != TakeWhen.Due)
        {
            return when == TakeWhen.Anything ? BatchTrigger.Flush : null;
        }

        if (IsDeep || _groups.Values.Any(group => group.IsFull))
        {
            return BatchTrigger.Size;
        }

        return UntilDue(now) == TimeSpan.Zero ? BatchTrigger.Timeout : null;
    }

    /// <summary>The lower lane whose turn the next batch is, or null.</summary>
    private int? TurnOf()
    {
        if ((_batches + 1) % options.LowLaneEvery != 0)
        {
            return null;
        }

        var waiting = Enumerable.Range(0, ScoreGroup.LaneCount).Where(lane => _laneCounts[lane] > 0).Skip(1).ToArray();
        return waiting.Length == 0 ? null : waiting.FirstOrDefault(lane => lane > _lastTurn, waiting[0]);
    }

    private void RemoveLate(List<PendingScore> late)
    {
        var now = time.GetUtcNow();
        foreach (var group in _groups.Values)
        {
            for (var lane = 0; lane < ScoreGroup.LaneCount; lane++)
            {
                // Deadlines come first in a lane's order, so the late ones are at its head.
                while (group.FirstOf(lane) is { } first && first.Deadline < now)
                {
                    group.Remove(first);
                    Note(first, -1);
                    late.Add(first);
                }
            }
        }

        if (late.Count > 0)
        {
            late.ForEach(request => DropIfEmpty((request.Model, LengthBucket.Of(request))));
        }
    }

    private void Note(PendingScore request, int change)
    {
        Count += change;
        _laneCounts[(int)request.Priority] += change;
    }

    private void DropIfEmpty((string Model, LengthBucket Bucket) key)
    {
        if (_groups.TryGetValue(key, out var group) && group.Count == 0)
        {
            _groups.Remove(key);
        }
    }
}
