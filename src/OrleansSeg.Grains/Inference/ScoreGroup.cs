namespace OrleansSeg.Inference;

/// <summary>Requests that can share a batch: one model's, of about one length. Not thread-safe.</summary>
internal sealed class ScoreGroup(LengthBucket bucket, InferenceOptions options)
{
    /// <summary>Lanes by priority, the first the most urgent.</summary>
    public const int LaneCount = 3;

    private readonly SortedSet<PendingScore>[] _lanes = [new(Urgency.Instance), new(Urgency.Instance), new(Urgency.Instance)];
    private readonly LinkedList<PendingScore> _arrivals = [];
    private readonly int[] _countByLength = new int[bucket.Width];
    private readonly int _batchSizeMax = bucket == LengthBucket.Alone ? 1 : options.BatchSizeMax;
    private int _longest;

    /// <summary>Requests that wait.</summary>
    public int Count => _arrivals.Count;

    /// <summary>Who has waited longest, or null.</summary>
    public PendingScore? Oldest => _arrivals.First?.Value;

    /// <summary>Whether a batch of it has no room for one more of its longest.</summary>
    public bool IsFull => Count >= _batchSizeMax || (long)_longest * (Count + 1) > options.TokenBudget;

    /// <summary>The most urgent of a lane, or null.</summary>
    public PendingScore? FirstOf(int lane) => _lanes[lane].Min;

    /// <summary>Admits a request of this bucket.</summary>
    public void Add(PendingScore request)
    {
        _lanes[(int)request.Priority].Add(request);
        _arrivals.AddLast(request.Arrival);
        _countByLength[IndexOf(request)]++;
        _longest = Math.Max(_longest, IndexOf(request) + bucket.Shortest);
    }

    /// <summary>Takes a request out of turn.</summary>
    public void Remove(PendingScore request)
    {
        _lanes[(int)request.Priority].Remove(request);
        _arrivals.Remove(request.Arrival);
        _countByLength[IndexOf(request)]--;
        while (_longest > bucket.Shortest && _countByLength[_longest - bucket.Shortest] == 0)
        {
            _longest--;
        }
    }

    /// <summary>Takes as many as a batch holds, strictly by urgency: the first that does not fit ends it.</summary>
    /// <param name="firstLane">The lane that goes first; the others follow by priority.</param>
    public List<PendingScore> Take(int firstLane)
    {
        var members = new List<PendingScore>(Math.Min(Count, _batchSizeMax));
        var longest = 0;
        for (var i = -1; i < LaneCount; i++)
        {
            var lane = _lanes[i < 0 ? firstLane : i];
            while (lane.Min is { } next)
            {
                longest = Math.Max(longest, next.Length);
                if (members.Count == _batchSizeMax || (long)longest * (members.Count + 1) > options.TokenBudget)
                {
                    return members;
                }

                Remove(next);
                members.Add(next);
            }
        }

        return members;
    }

    private int IndexOf(PendingScore request) => bucket == LengthBucket.Alone ? 0 : request.Length - bucket.Shortest;

    /// <summary>The earliest deadline first, then the first to come.</summary>
    private sealed class Urgency : IComparer<PendingScore>
    {
        public static Urgency Instance { get; } = new();

        public int Compare(PendingScore? x, PendingScore? y) => PendingScore.CompareUrgency(x!, y!);
    }
}
