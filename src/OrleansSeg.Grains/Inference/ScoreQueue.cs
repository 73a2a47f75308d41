namespace OrleansSeg.Inference;

/// <summary>Who waits, and who goes together. Not thread-safe: <see cref="InferenceBatcher"/> guards it.</summary>
/// <remarks>
/// Lanes by priority; in a lane the earliest deadline goes first, then the first to come. The most urgent request leads a batch, and
/// requests of its site join it, the most urgent first, as long as they are of about its length: a sequence of up to 8 steps is not
/// padded to 64. Within that, padded cost is requests × longest.
/// </remarks>
internal sealed class ScoreQueue(InferenceOptions options)
{
    private const int LaneCount = 3;

    private readonly SortedSet<Place>[] _lanes = [.. Enumerable.Range(0, LaneCount).Select(_ => new SortedSet<Place>(PlaceOrder.Instance))];
    private long _sequence;
    private long _batches;

    /// <summary>Requests that wait, including those whose callers have just gone.</summary>
    public int Count => _lanes.Sum(lane => lane.Count);

    /// <summary>Admits a request.</summary>
    public void Add(PendingScore request) => _lanes[(int)request.Priority].Add(new Place(request, _sequence++));

    /// <summary>The next batch, or null when nothing waits or company may still come.</summary>
    /// <param name="now">The clock, for deadlines.</param>
    /// <param name="waitedOf">How long a request has waited.</param>
    /// <param name="flush">Whether to take what is there without waiting for company.</param>
    /// <param name="late">Requests removed because their deadline has passed.</param>
    public ScoreBatch? TryTake(DateTimeOffset now, Func<PendingScore, TimeSpan> waitedOf, bool flush, List<PendingScore> late)
    {
        RemoveGone(now, late);
        if (FindLeader() is not { } leader)
        {
            return null;
        }

        var members = Gather(leader);
        var full = members.Count == options.BatchSizeMax || IsFull(members);
        if (!full && !flush && members.All(place => waitedOf(place.Request) < options.LingerMax))
        {
            return null;
        }

        foreach (var place in members)
        {
            _lanes[(int)place.Request.Priority].Remove(place);
        }

        _batches++;
        return new ScoreBatch([.. members.Select(place => place.Request)], full ? BatchTrigger.Size : flush ? BatchTrigger.Flush : BatchTrigger.Timeout);
    }

    /// <summary>Removes everything.</summary>
    public IReadOnlyList<PendingScore> Drain()
    {
        var all = _lanes.SelectMany(lane => lane).Select(place => place.Request).ToList();
        foreach (var lane in _lanes)
        {
            lane.Clear();
        }

        return all;
    }

    private static int BucketOf(PendingScore request) => request is PendingExplanation
        ? -1
        : request.Length <= 8 ? 0 : request.Length <= 16 ? 1 : request.Length <= 32 ? 2 : request.Length <= 64 ? 3 : 4 + (request.Length / 64);

    private Place? FindLeader()
    {
        var waiting = _lanes.Where(lane => lane.Count > 0).ToArray();
        if (waiting.Length == 0)
        {
            return null;
        }

        return (_batches + 1) % options.LowLaneEvery == 0 ? waiting[^1].Min : waiting[0].Min;
    }

    private List<Place> Gather(Place leader)
    {
        var bucket = BucketOf(leader.Request);
        var members = new List<Place> { leader };
        if (bucket < 0)
        {
            return members;
        }

        var longest = leader.Request.Length;
        var candidates = _lanes.SelectMany(lane => lane)
            .Where(place => place != leader && place.Request.Site == leader.Request.Site && BucketOf(place.Request) == bucket);
        foreach (var place in candidates)
        {
            var padded = Math.Max(longest, place.Request.Length) * (members.Count + 1);
            if (members.Count == options.BatchSizeMax || padded > options.TokenBudget)
            {
                break;
            }

            longest = Math.Max(longest, place.Request.Length);
            members.Add(place);
        }

        return members;
    }

    private bool IsFull(List<Place> members)
    {
        // Another request of the same length would not fit any more; an explanation goes alone.
        var longest = members.Max(place => place.Request.Length);
        return BucketOf(members[0].Request) < 0 || longest * (members.Count + 1) > options.TokenBudget;
    }

    private void RemoveGone(DateTimeOffset now, List<PendingScore> late)
    {
        foreach (var lane in _lanes)
        {
            lane.RemoveWhere(place => place.Request.IsSettled);

            // Deadlines come first in a lane's order, so the late ones are at its head.
            while (lane.Min is { } first && first.Request.Deadline < now)
            {
                lane.Remove(first);
                late.Add(first.Request);
            }
        }
    }

    private sealed record Place(PendingScore Request, long Sequence);

    private sealed class PlaceOrder : IComparer<Place>
    {
        public static PlaceOrder Instance { get; } = new();

        public int Compare(Place? x, Place? y)
        {
            var byDeadline = (x!.Request.Deadline ?? DateTimeOffset.MaxValue).CompareTo(y!.Request.Deadline ?? DateTimeOffset.MaxValue);
            return byDeadline != 0 ? byDeadline : x.Sequence.CompareTo(y.Sequence);
        }
    }
}
