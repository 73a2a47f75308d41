using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Inference;

namespace OrleansSeg.Grains.Tests.Inference;

/// <summary>The engine with its real threads. The clock stands still unless a test moves it, so nothing goes by having waited.</summary>
public sealed partial class InferenceBatcherTests
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    [Fact(DisplayName = "2+2=4")]
    public async Task FullBatch_GoesAtOnce_InOneBatch()
    {
        using var engine = new Engine(o => o.BatchSizeMax = 4);
        var two = engine.AskEach("ab");
        var answers = await Task.WhenAll([.. two, .. engine.AskEach("cd")]);
        Assert.Equal(["a", "b", "c", "d"], answers.Select(answer => answer.Segment));
        Assert.Equal("abcd", engine.Batches());
    }

    [Fact(DisplayName = "5=3+2(+pad)")]
    public async Task Five_OverTheBudget_GoInTwoBatches()
    {
        using var engine = new Engine(o => (o.TokenBudget, o.LowLaneEvery) = (100, 1_000));
        var asked = engine.AskEach("abcde", steps: 30);
        await Task.WhenAll(asked[..3]);
        Assert.Equal("abc", engine.Batches());
        engine.Time.Advance(Linger);
        await Task.WhenAll(asked);
        Assert.Equal("abc|de", engine.Batches());
    }

    [Fact(DisplayName = "2=>1+timeout")]
    public async Task LoneRequest_WaitsExactlyTheLinger()
    {
        using var engine = new Engine(o => o.BatchSizeMax = 2);
        var asked = engine.AskEach("abc");
        Assert.All(await Task.WhenAll(asked[..2]), answer => Assert.Equal(TimeSpan.Zero, answer.QueueTime));
        engine.Time.Advance(Linger - TimeSpan.FromMilliseconds(1));
        engine.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Linger, (await asked[2]).QueueTime);
        Assert.Equal("ab|c", engine.Batches());
    }

    [Fact(DisplayName = "2+3=>crash")]
    public async Task ModelThatThrows_FailsItsBatch_AndTheEngineLives()
    {
        using var engine = new Engine(o => o.BatchSizeMax = 5);
        engine.Model.OnScore = inputs => throw new ArgumentException($"a batch of {inputs.Count}");
        var asked = Task.WhenAll([.. engine.AskEach("ab"), .. engine.AskEach("cde")]);
        await Assert.ThrowsAsync<InferenceFailedException>(() => asked);
        Assert.Equal(5, asked.Exception!.InnerExceptions.Count);
        Assert.All(asked.Exception.InnerExceptions, failure =>
            Assert.Equal("Model version 1 of site 'shop' failed on a batch: a batch of 5", Assert.IsType<InferenceFailedException>(failure).Message));

        engine.Model.OnScore = null;
        Assert.Equal("z", (await Task.WhenAll(engine.AskEach("vwxyz")))[4].Segment);
    }

    [Fact]
    public async Task ModelThatThrowsInPreparation_FailsItsBatch_AndTheEngineLives()
    {
        using var engine = new Engine(o => o.BatchSizeMax = 1);
        engine.Model.OnPrepare = _ => throw new InvalidOperationException("no");
        await Assert.ThrowsAsync<InferenceFailedException>(() => engine.AskAsync("a"));
        engine.Model.OnPrepare = null;
        Assert.Equal("b", (await engine.AskAsync("b")).Segment);
    }

    [Fact]
    public async Task ModelThatForgetsAnInput_FailsTheBatch_RatherThanLeaveItsCallerWaiting()
    {
        using var engine = new Engine(o => o.BatchSizeMax = 2);
        var whole = engine.Model.Answer;
        engine.Model.Answer = inputs => [.. whole(inputs).Skip(1)];
        foreach (var asked in engine.AskEach("ab"))
        {
            var failure = await Assert.ThrowsAsync<InferenceFailedException>(() => asked);
            Assert.EndsWith("The model gave 1 scores for 2 inputs. This is a bug.", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task NoModel_IsSaid_AndAModelThatComesIsUsed()
    {
        using var engine = new Engine(o => o.BatchSizeMax = 1, hasModel: false);
        Assert.Equal("shop", (await Assert.ThrowsAsync<NoModelException>(() => engine.AskAsync("a"))).Site);
        engine.HasModel = true;
        Assert.Equal("b", (await engine.AskAsync("b")).Segment);
    }

    [Fact]
    public async Task FullQueue_RefusesTheNext_WithTheTimeItTakesToEmpty()
    {
        using var engine = new Engine(o => (o.BatchSizeMax, o.QueueLengthMax) = (2, 3));

        // A batch of two takes four seconds: two a request.
        engine.Model.OnScore = _ => engine.Time.Advance(TimeSpan.FromSeconds(4));
        await Task.WhenAll(engine.AskEach("ab"));

        using var held = engine.Model.Hold();
        var inHand = engine.AskEach("cd");
        await held.Entered;
        var ahead = new TaskCompletionSource();
        engine.Model.OnPrepare = _ => ahead.TrySetResult();
        var prefetched = engine.AskEach("ef");
        await ahead.Task.WaitAsync(Patience.Longest);
        var waiting = engine.AskEach("ghi");
        var refusal = await Assert.ThrowsAsync<InferenceOverloadedException>(() => engine.AskAsync("j"));
        Assert.Equal((3, TimeSpan.FromSeconds(6)), (refusal.QueueLength, refusal.RetryAfter));
        held.Release();
        engine.Time.Advance(Linger);
        await Task.WhenAll([.. inHand, .. prefetched, .. waiting]);
    }

    [Fact]
    public async Task OverlongRequest_IsRefusedAtTheDoor()
    {
        using var engine = new Engine(o => (o.TokenBudget, o.BatchSizeMax) = (64, 1));
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => engine.AskAsync("a", steps: 65));
        Assert.Contains("The input has 65 steps; a batch holds at most 64.", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("b", (await engine.AskAsync("b", steps: 64)).Segment);
    }

    [Fact]
    public async Task UnknownLane_IsRefusedAtTheDoor()
    {
        using var engine = new Engine();
        await Assert.ThrowsAsync<ArgumentException>(() => engine.AskAsync("a", priority: (ScoringPriority)7));
    }

    [Fact]
    public async Task DeadlineThatPasses_IsATimeout_AndIsNotScored()
    {
        using var engine = new Engine();
        var asked = engine.AskAsync("a", deadline: engine.Time.GetUtcNow().AddMilliseconds(500));
        var other = engine.AskAsync("b");
        engine.Time.Advance(Linger);
        await Assert.ThrowsAsync<TimeoutException>(() => asked);
        await other;
        Assert.Equal("b", engine.Batches());
    }

    [Fact]
    public async Task CallerThatLeaves_IsAnsweredAtOnce_AndSkipped()
    {
        using var engine = new Engine(o => (o.BatchSizeMax, o.QueueLengthMax) = (3, 3));
        using var held = engine.Model.Hold();
        var inHand = engine.AskEach("abc");
        await held.Entered;
        using var leaving = new CancellationTokenSource();
        var gone = engine.AskAsync("d", cancellationToken: leaving.Token);
        var stays = engine.AskAsync("e");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);

        // The place is free again, though the engine is still busy.
        Assert.Equal(1, engine.Batcher.QueueLength);
        held.Release();
        engine.Time.Advance(Linger);
        await Task.WhenAll([.. inHand, stays]);
        Assert.Equal("abc|e", engine.Batches());
    }

    [Fact]
    public async Task CallerThatHasLeftAlready_IsNotAdmitted()
    {
        using var engine = new Engine();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.AskAsync("a", cancellationToken: new CancellationToken(true)));
        Assert.Equal(0, engine.Batcher.QueueLength);
    }

    [Fact]
    public async Task WhileABatchIsScored_OneFullBatchIsReadied_AndNoMore()
    {
        using var engine = new Engine(o => o.BatchSizeMax = 2);
        using var held = engine.Model.Hold();
        var prepared = new TaskCompletionSource();
        var inHand = engine.AskEach("ab");
        await held.Entered;
        engine.Model.OnPrepare = _ => prepared.TrySetResult();
        var lone = engine.AskAsync("c");
        Assert.Equal(1, engine.Batcher.QueueLength);
        var company = engine.AskEach("def");
        await prepared.Task.WaitAsync(Patience.Longest);
        Assert.Equal("ab", engine.Batches());

        // The full batch of c and d is ready; the next full one waits in the queue.
        Assert.Equal(2, engine.Batcher.QueueLength);
        held.Release();
        await Task.WhenAll([.. inHand, lone, .. company]);
        Assert.Equal("ab|cd|ef", engine.Batches());
    }

    [Fact]
    public async Task BatchThatIsStillReadied_IsScoredBeforeLaterOnes()
    {
        using var engine = new Engine(o => o.BatchSizeMax = 2);
        using var held = engine.Model.Hold();
        var inHand = Task.WhenAll(engine.AskEach("ab"));
        await held.Entered;
        var readying = new TaskCompletionSource();
        engine.Model.OnPrepare = _ =>
        {
            // The readying of c and d outlasts the scoring of a and b, so the engine has nothing in hand and e and f in its queue.
            readying.TrySetResult();
            Assert.True(inHand.Wait(Patience.Longest));
            engine.Model.OnPrepare = null;
        };
        var later = engine.AskEach("cdef");
        await readying.Task.WaitAsync(Patience.Longest);
        held.Release();
        await Task.WhenAll(later);
        Assert.Equal("ab|cd|ef", engine.Batches());
    }

    [Fact]
    public async Task WaitingRequests_GoByLaneAndDeadline()
    {
        using var engine = new Engine(o => (o.BatchSizeMax, o.LowLaneEvery) = (1, 1_000));
        using var held = engine.Model.Hold();
        var inHand = engine.AskAsync("0");
        await held.Entered;
        var readied = new TaskCompletionSource();
        engine.Model.OnPrepare = _ => readied.TrySetResult();
        var ahead = engine.AskAsync("1");
        await readied.Task.WaitAsync(Patience.Longest);
        var soon = engine.Time.GetUtcNow().AddMinutes(1);
        await Release(
            engine.AskAsync("x", priority: ScoringPriority.Backfill, deadline: soon),
            engine.AskAsync("r", priority: ScoringPriority.Refresh),
            engine.AskAsync("s"),
            engine.AskAsync("t", deadline: soon),
            inHand,
            ahead);
        Assert.Equal("0|1|t|s|r|x", engine.Batches());

        Task Release(params Task[] asked)
        {
            held.Release();
            return Task.WhenAll(asked);
        }
    }

    [Fact]
    public async Task Stop_AnswersAllThatWait_AndRefusesTheRest()
    {
        using var engine = new Engine();
        using var held = engine.Model.Hold();
        var first = engine.AskAsync("a");
        engine.Time.Advance(Linger);
        await held.Entered;
        var waiting = engine.AskEach("bc");
        var stop = engine.Batcher.StopAsync(default);
        await Assert.ThrowsAsync<InferenceUnavailableException>(() => engine.AskAsync("d"));
        held.Release();
        await Task.WhenAll([first, .. waiting, stop]).WaitAsync(Patience.Longest);
        Assert.Equal("a|bc", engine.Batches());
    }

    [Fact]
    public async Task Stop_OutOfPatience_TellsThoseWhoWait()
    {
        using var engine = new Engine();
        using var held = engine.Model.Hold();
        var first = engine.AskAsync("a");
        engine.Time.Advance(Linger);
        await held.Entered;
        var waiting = engine.AskAsync("b");
        await engine.Batcher.StopAsync(new CancellationToken(true)).WaitAsync(Patience.Longest);
        await Assert.ThrowsAsync<InferenceUnavailableException>(() => waiting);

        // The batch in hand is finished all the same.
        held.Release();
        Assert.Equal("a", (await first).Segment);
    }
}
