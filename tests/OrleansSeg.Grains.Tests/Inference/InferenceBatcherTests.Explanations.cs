namespace OrleansSeg.Grains.Tests.Inference;

public sealed partial class InferenceBatcherTests
{
    [Fact]
    public async Task Explanation_IsComputedByTheModelInService()
    {
        using var engine = new Engine();
        var explanation = await engine.Batcher.ExplainAsync("c-1", Inputs.Request("loyal"), default).WaitAsync(Patience.Longest);
        Assert.Equal(("c-1", "loyal", 1), (explanation.Customer, explanation.Segment, explanation.ModelVersion));
        Assert.Equal("", engine.Batches());
    }

    [Fact]
    public async Task ExplanationUnderWay_DoesNotHoldUpScores_AndTheNextOneWaitsForIt()
    {
        using var engine = new Engine(o => o.BatchSizeMax = 1);
        using var held = engine.Model.HoldExplanation();
        var first = engine.Batcher.ExplainAsync("c-1", Inputs.Request("first"), default);
        await held.Entered;
        var second = engine.Batcher.ExplainAsync("c-2", Inputs.Request("second"), default);
        foreach (var name in "abcdefghijkl")
        {
            await engine.AskAsync(name.ToString());
        }

        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.Equal(1, engine.Batcher.QueueLength);
        held.Release();
        Assert.Equal("second", (await second.WaitAsync(Patience.Longest)).Segment);
        Assert.Equal("first", (await first).Segment);
    }

    [Fact]
    public async Task Explanation_WaitsWhileScoresDo_ButNotForEver()
    {
        using var engine = new Engine(o => (o.BatchSizeMax, o.LowLaneEvery) = (1, 3));
        using var held = engine.Model.Hold();
        var scores = engine.AskEach("abcdefgh");
        await held.Entered;
        using var explaining = engine.Model.HoldExplanation();
        var explanation = engine.Batcher.ExplainAsync("c-1", Inputs.Request("why"), default);

        // The last batches wait for the explanation: it must not need them to be done.
        engine.Model.OnScore = _ => Assert.True(engine.Model.Batches.Length < 6 || explanation.Wait(Patience.Longest));
        held.Release();
        await explaining.Entered;
        Assert.InRange(engine.Model.Batches.Length, 3, 6);
        explaining.Release();
        await Task.WhenAll([.. scores, explanation]).WaitAsync(Patience.Longest);
    }

    [Fact]
    public async Task Stop_AnswersExplanationsThatWait()
    {
        using var engine = new Engine();
        using var held = engine.Model.HoldExplanation();
        var first = engine.Batcher.ExplainAsync("c-1", Inputs.Request("first"), default);
        await held.Entered;
        var second = engine.Batcher.ExplainAsync("c-2", Inputs.Request("second"), default);
        var stop = engine.Batcher.StopAsync(default);
        Assert.False(stop.IsCompleted);
        held.Release();
        await Task.WhenAll(first, second, stop).WaitAsync(Patience.Longest);
    }
}
