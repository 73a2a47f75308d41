using OrleansSeg.Inference;

namespace OrleansSeg.Grains.Tests.Inference;

/// <summary>The queue's rules, written down as plainly as possible and as slowly as they come: what <see cref="ScoreQueue"/> must equal.</summary>
internal sealed class ReferenceQueue(InferenceOptions options, TimeProvider time)
{
    private readonly List<PendingScore> _waiting = [];
    private int _batches;
    private int _lastTurn;

    public int Count => _waiting.Count;

    public void Add(PendingScore request) => _waiting.Add(request);

    public bool Remove(PendingScore request) => _waiting.Remove(request);

    public (List<PendingScore> Members, BatchTrigger Trigger)? Take(TakeWhen when, List<PendingScore> late)
    {
        late.AddRange(_waiting.Where(request => request.Deadline < time.GetUtcNow()));
        _waiting.RemoveAll(late.Contains);
        if (_waiting.Count == 0)
        {
            return null;
        }

        var lanes = _waiting.Select(request => (int)request.Priority).Distinct().Order().ToList();
        var lower = lanes.Skip(1).ToList();
        var isTurn = (_batches + 1) % options.LowLaneEvery == 0 && lower.Count > 0;
        var first = !isTurn ? lanes[0] : lower.Any(lane => lane > _lastTurn) ? lower.First(lane => lane > _lastTurn) : lower[0];
        var leader = _waiting.Where(request => (int)request.Priority == first).Min(Comparer<PendingScore>.Create(ByUrgency))!;
        var company = CompanyOf(leader);
        if (TriggerOf(when, company) is not { } trigger)
        {
            return null;
        }

        var members = new List<PendingScore>();
        foreach (var request in company.OrderBy(r => (int)r.Priority == first ? -1 : (int)r.Priority).ThenBy(r => r, Comparer<PendingScore>.Create(ByUrgency)))
        {
            var longest = members.Append(request).Max(r => r.Length);
            if (members.Count == options.BatchSizeMax || longest * (members.Count + 1) > options.TokenBudget)
            {
                break;
            }

            members.Add(request);
        }

        _waiting.RemoveAll(members.Contains);
        _batches++;
        _lastTurn = isTurn ? first : _lastTurn;
        return (members, trigger);
    }

    private static string BucketOf(int length)
    {
        int[] bounds = [8, 16, 32, 64];
        return bounds.Any(bound => length <= bound) ? $"to {bounds.First(bound => length <= bound)}" : $"{(length + 63) / 64} times 64";
    }

    private static int ByUrgency(PendingScore? x, PendingScore? y)
    {
        var (left, right) = (x!.Deadline ?? DateTimeOffset.MaxValue, y!.Deadline ?? DateTimeOffset.MaxValue);
        return left != right ? left.CompareTo(right) : x.Sequence.CompareTo(y.Sequence);
    }

    private List<PendingScore> CompanyOf(PendingScore request) =>
        [.. _waiting.Where(other => other.Site == request.Site && BucketOf(other.Length) == BucketOf(request.Length))];

    private bool IsFull(List<PendingScore> company) =>
        company.Count >= options.BatchSizeMax || company.Max(r => r.Length) * (company.Count + 1) > options.TokenBudget;

    private BatchTrigger? TriggerOf(TakeWhen when, List<PendingScore> company)
    {
        if (IsFull(company))
        {
            return BatchTrigger.Size;
        }

        if (when == TakeWhen.Full)
        {
            return null;
        }

        if (when == TakeWhen.Anything)
        {
            return BatchTrigger.Flush;
        }

        return _waiting.Count >= options.BatchSizeMax || _waiting.Any(request => IsFull(CompanyOf(request))) ? BatchTrigger.Size
            : _waiting.Any(request => time.GetElapsedTime(request.AdmittedAt) >= options.LingerMax) ? BatchTrigger.Timeout
            : null;
    }
}
