using Microsoft.Extensions.Time.Testing;
using OrleansSeg.Inference;

namespace OrleansSeg.Grains.Tests.Inference;

/// <summary>Who goes together, and when, without threads: time and takers are the test's.</summary>
public sealed class ScoreQueueTests
{
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(2);
    private readonly FakeTimeProvider _time = new();

    [Fact(DisplayName = "2+2=4")]
    public void TwoAndTwo_GoTogether_AsSoonAsTheyFillABatch()
    {
        var queue = Queue(o => o.BatchSizeMax = 4);
        Assert.False(Add(queue, "a"));
        Assert.False(Add(queue, "b"));
        Assert.Null(Take(queue));
        Assert.False(Add(queue, "c"));
        Assert.True(Add(queue, "d"));
        Assert.Equal("abcd size", Take(queue));
        Assert.Equal(0, queue.Count);
    }

    [Fact(DisplayName = "5=3+2(+pad)")]
    public void Five_SplitByTheBudget_AndAreCountedPadded()
    {
        // Three of eight steps fill 31 steps: a fourth would make 32.
        var queue = Queue(o => o.TokenBudget = 31);
        foreach (var (name, steps) in new[] { ("a", 8), ("b", 6), ("c", 7), ("d", 5), ("e", 8) })
        {
            Add(queue, name, steps);
        }

        var first = queue.TryTake(TakeWhen.Due, [])!;
        Assert.Equal(("abc size", 24, 21), (Text(first), first.PaddedTokens, first.Tokens));
        Assert.Null(Take(queue));
        _time.Advance(Linger);
        var second = queue.TryTake(TakeWhen.Due, [])!;
        Assert.Equal(("de timeout", 16, 13), (Text(second), second.PaddedTokens, second.Tokens));
    }

    [Fact(DisplayName = "2=>1+timeout")]
    public void Two_FillABatch_AndTheThirdWaitsAsLongAsItMay()
    {
        var queue = Queue(o => o.BatchSizeMax = 2);
        Add(queue, "a");
        Add(queue, "b");
        Add(queue, "c");
        Assert.Equal("ab size", Take(queue));
        _time.Advance(Linger - TimeSpan.FromTicks(1));
        Assert.Null(Take(queue));
        Assert.Equal(TimeSpan.FromTicks(1), queue.UntilDue());
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("c timeout", Take(queue));
    }

    [Fact(DisplayName = "1+stop=>1 flush")]
    public void StoppingEngine_TakesWhatIsThere()
    {
        var queue = Queue();
        Add(queue, "a");
        Assert.Equal("a flush", Take(queue, TakeWhen.Anything));
    }

    [Fact]
    public void Lengths_FarApart_AreNotPaddedToOneAnother()
    {
        var queue = Queue();
        foreach (var (name, steps) in new[] { ("a", 8), ("b", 9), ("c", 64), ("d", 65), ("e", 1), ("f", 128), ("g", 33), ("h", 0), ("i", 129) })
        {
            Add(queue, name, steps);
        }

        _time.Advance(Linger);
        Assert.Equal(["aeh", "b", "cg", "df", "i"], TakeAll(queue));
    }

    [Fact]
    public void Sites_DoNotShareABatch()
    {
        var queue = Queue();
        queue.Add(Pending(Inputs.Request("a", site: "one")));
        queue.Add(Pending(Inputs.Request("b", site: "two")));
        queue.Add(Pending(Inputs.Request("c", site: "one")));
        _time.Advance(Linger);
        Assert.Equal(["ac", "b"], TakeAll(queue));
    }

    [Fact]
    public void Lanes_GoByPriority_AndDeadlinesWithinThem()
    {
        var queue = Queue(o => (o.BatchSizeMax, o.LowLaneEvery) = (1, 1_000));
        var now = _time.GetUtcNow();
        Add(queue, "a", priority: ScoringPriority.Backfill, deadline: now.AddSeconds(1));
        Add(queue, "b");
        Add(queue, "c", deadline: now.AddSeconds(9));
        Add(queue, "d", priority: ScoringPriority.Refresh);
        Add(queue, "e", deadline: now.AddSeconds(3));
        Add(queue, "f");
        Assert.Equal(["e", "c", "b", "f", "d", "a"], TakeAll(queue));
    }

    [Fact]
    public void LowerLanes_HaveTheirTurns_HoweverBusyTheStorefrontIs()
    {
        var queue = Queue(o => (o.BatchSizeMax, o.LowLaneEvery) = (1, 3));
        for (var i = 0; i < 20; i++)
        {
            Add(queue, "s");
        }

        Add(queue, "r", priority: ScoringPriority.Refresh);
        Add(queue, "p", priority: ScoringPriority.Refresh);
        Add(queue, "x", priority: ScoringPriority.Backfill);
        Add(queue, "y", priority: ScoringPriority.Backfill);

        // Every third batch is a lower lane's, and the two take turns: neither starves the other.
        Assert.Equal("ssrssxsspssyss", string.Concat(TakeAll(queue).Take(14)));
    }

    [Fact]
    public void LowerLane_InItsTurn_LeadsTheWholeBatch()
    {
        var queue = Queue(o => (o.BatchSizeMax, o.LowLaneEvery) = (2, 2));
        foreach (var name in "stuv")
        {
            Add(queue, $"{name}");
        }

        foreach (var name in "xyz")
        {
            Add(queue, $"{name}", priority: ScoringPriority.Backfill);
        }

        Assert.Equal(["st", "xy", "uv", "z"], TakeAll(queue));
    }

    [Fact]
    public void DeepQueue_DoesNotLinger_ThoughNoBatchIsFull()
    {
        var queue = Queue(o => o.BatchSizeMax = 3);
        Add(queue, "a", steps: 8);
        Assert.False(Add(queue, "b", steps: 64));
        Assert.True(Add(queue, "c", steps: 128));
        Assert.Equal("a size", Take(queue));
    }

    [Fact]
    public void FullBatch_OfALowerLane_SendsTheStorefrontFirst()
    {
        var queue = Queue(o => o.TokenBudget = 64);
        Add(queue, "s", steps: 8);
        Assert.Null(Take(queue));
        Assert.True(Add(queue, "x", steps: 64, priority: ScoringPriority.Backfill));
        Assert.Equal("s size", Take(queue));
        Assert.Equal("x size", Take(queue));
    }

    [Fact]
    public void BusyEngine_TakesOnlyAFullBatch()
    {
        var queue = Queue(o => o.BatchSizeMax = 2);
        Add(queue, "a");
        _time.Advance(Linger);
        Assert.Null(Take(queue, TakeWhen.Full));
        Add(queue, "b");
        Assert.Equal("ab size", Take(queue, TakeWhen.Full));
    }

    [Fact]
    public void LateRequests_AreHandedBack_AndTakeNoPlace()
    {
        var queue = Queue(o => o.BatchSizeMax = 2);
        Add(queue, "a", deadline: _time.GetUtcNow().AddMilliseconds(1));
        Add(queue, "b", deadline: _time.GetUtcNow().AddMilliseconds(2));
        _time.Advance(Linger);
        var late = new List<PendingScore>();
        Assert.Equal("b timeout", Text(queue.TryTake(TakeWhen.Due, late)!));
        Assert.Equal("a", NameOf(Assert.Single(late)));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void DeadlineThatPassesWhileTheQueueLooks_IsNotTakenForOneThatHasNot()
    {
        var time = new ClockThatMovesOnceRead(Linger);
        var queue = new ScoreQueue(new InferenceOptions { LingerMax = Linger }, time);
        queue.Add(new PendingForecast(Inputs.Request("a", deadline: time.Start.AddMilliseconds(1)), admittedAt: 0));
        var late = new List<PendingScore>();
        Assert.Null(queue.TryTake(TakeWhen.Due, late));
        Assert.Equal("a", NameOf(Assert.Single(late)));
    }

    [Fact]
    public void RemovedRequests_FreeTheirPlace_AndTheirLength()
    {
        var queue = Queue(o => o.TokenBudget = 64);
        var longest = Pending(Inputs.Request("a", steps: 16));
        queue.Add(longest);
        Add(queue, "b", steps: 9);
        Add(queue, "c", steps: 9);
        Assert.True(Add(queue, "d", steps: 9));
        Assert.True(queue.Remove(longest));
        Assert.False(queue.Remove(longest));
        Assert.Equal(3, queue.Count);
        Assert.Null(Take(queue));
        foreach (var name in "efgh")
        {
            Add(queue, $"{name}", steps: 9);
        }

        Assert.Equal("bcdefgh size", Take(queue));
    }

    [Fact]
    public void Explanation_GoesAlone_AndBehind()
    {
        var queue = Queue();
        queue.Add(new PendingExplanation("c-1", Inputs.Request("x"), _time.GetTimestamp()));
        Add(queue, "a");
        Add(queue, "b", priority: ScoringPriority.Backfill);
        Assert.Equal(["ab", "x"], TakeAll(queue));
    }

    [Fact]
    public void Drain_EmptiesTheQueue()
    {
        var queue = Queue();
        Add(queue, "a");
        Add(queue, "b", steps: 100, priority: ScoringPriority.Refresh);
        Assert.Equal(["a", "b"], queue.Drain().Select(NameOf).Order());
        Assert.Equal(0, queue.Count);
        Assert.Null(Take(queue, TakeWhen.Anything));
    }

    private static string NameOf(PendingScore request) => Inputs.NameOf(((IPendingCustomer)request).Input);

    private static string Text(ScoreBatch batch) =>
        $"{string.Concat(batch.Requests.Select(NameOf))} {$"{batch.Trigger}".ToLowerInvariant()}";

    private static string? Take(ScoreQueue queue, TakeWhen when = TakeWhen.Due) => queue.TryTake(when, []) is { } batch ? Text(batch) : null;

    private static IEnumerable<string> TakeAll(ScoreQueue queue)
    {
        while (Take(queue, TakeWhen.Anything) is { } batch)
        {
            yield return batch.Split(' ')[0];
        }
    }

    private ScoreQueue Queue(Action<InferenceOptions>? configure = null)
    {
        var options = new InferenceOptions { LingerMax = Linger };
        configure?.Invoke(options);
        return new ScoreQueue(options, _time);
    }

    private bool Add(
        ScoreQueue queue, string name, int steps = 8, ScoringPriority priority = ScoringPriority.Storefront, DateTimeOffset? deadline = null) =>
        queue.Add(Pending(Inputs.Request(name, steps, priority, deadline)));

    private PendingForecast Pending(ScoringRequest request) => new(request, _time.GetTimestamp());

    /// <summary>A clock that stands at its start when it is first read, and has moved on by the second time.</summary>
    private sealed class ClockThatMovesOnceRead(TimeSpan by) : TimeProvider
    {
        private int _reads;

        public DateTimeOffset Start { get; } = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Start + Passed();

        public override long GetTimestamp() => Passed().Ticks;

        private TimeSpan Passed() => _reads++ == 0 ? TimeSpan.Zero : by;
    }
}
