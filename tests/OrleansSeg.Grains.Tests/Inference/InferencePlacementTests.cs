using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Inference;

namespace OrleansSeg.Grains.Tests.Inference;

public sealed class InferencePlacementTests
{
    private const int Slots = 64;

    [Fact]
    public async Task OnlyInferenceSilos_GetTheCalls_FromEverywhere_AndAllOfThemDo()
    {
        await using var cluster = await new InferenceCluster(false, true, true).StartAsync();
        await cluster.PublishAsync("one");
        var silos = new[] { cluster[0], cluster[1], cluster[2] };
        var callers = silos.Select(cluster.GrainsOn).Append(cluster.Grains).ToArray();
        var answers = await Task.WhenAll(callers.SelectMany(grains => Enumerable.Range(0, Slots).Select(slot => AskAsync(grains, slot))));

        Assert.Equal(callers.Length * Slots, answers.Length);
        Assert.All(answers, answer => Assert.Equal(("a", 1), (answer.Segment, answer.ModelVersion)));
        Assert.Empty(cluster.ModelsOf(silos[0]));
        Assert.Equal(answers.Length, cluster.ScoredBy(silos[1]) + cluster.ScoredBy(silos[2]));

        // A slot sticks to one silo for a caller without an engine of its own; the slots together reach both.
        Assert.InRange(cluster.ScoredBy(silos[1]), Slots + 1, answers.Length - Slots - 1);
    }

    [Fact]
    public async Task LastInferenceSiloGone_IsSaidByType_ToEveryCaller()
    {
        await using var cluster = await new InferenceCluster(false, true).StartAsync();
        await cluster.PublishAsync("one");
        var (storefront, inference) = (cluster[0], cluster[1]);
        var callers = new[] { cluster.GrainsOn(storefront), cluster.Grains };
        await Task.WhenAll(callers.Select(grains => AskAsync(grains, 0)));
        await cluster.Cluster.StopSiloAsync(inference);

        // Slots never asked before, and the one whose address callers had kept.
        foreach (var ask in callers.SelectMany(grains => new[] { 0, 1 }.Select(slot => AskAsync(grains, slot))))
        {
            var failure = await Assert.ThrowsAsync<InferenceUnavailableException>(() => ask);
            Assert.Equal("No silo of the cluster runs inference.", failure.Message);
        }
    }

    [Fact]
    public async Task StoppingSilo_AnswersWhatWaits_BeforeItGoes()
    {
        await using var cluster = await new InferenceCluster(false, true).StartAsync();
        await cluster.PublishAsync("one");
        var (storefront, inference) = (cluster[0], cluster[1]);
        var grains = cluster.GrainsOn(storefront);
        await AskAsync(grains, 0);
        var model = cluster.ModelsOf(inference).Single();
        using var held = model.Hold();
        var inHand = AskAsync(grains, 0);
        await held.Entered;
        var waiting = Enumerable.Range(0, 3).Select(_ => AskAsync(grains, 0)).ToArray();
        await cluster.WaitForQueueAsync(inference, 3);
        var stop = cluster.Cluster.StopSiloAsync(inference);
        held.Release();
        await Task.WhenAll([inHand, .. waiting]).WaitAsync(Patience.Longest);
        await stop;
        Assert.Equal(5, cluster.ScoredBy(inference));
        Assert.True(model.IsDisposed);
    }

    [Fact]
    public async Task Overload_ReachesACallerOnAnotherSilo_WithItsNumbers()
    {
        await using var cluster = await new InferenceCluster(false, true) { Configure = o => (o.QueueLengthMax, o.BatchSizeMax) = (1, 2) }.StartAsync();
        await cluster.PublishAsync("one");
        var (storefront, inference) = (cluster[0], cluster[1]);
        var grains = cluster.GrainsOn(storefront);
        await AskAsync(grains, 0);
        using var held = cluster.ModelsOf(inference).Single().Hold();
        var inHand = AskAsync(grains, 0);
        await held.Entered;
        var waiting = AskAsync(grains, 0);
        await cluster.WaitForQueueAsync(inference, 1);
        var refusal = await Assert.ThrowsAsync<InferenceOverloadedException>(() => AskAsync(grains, 0));
        Assert.Equal(1, refusal.QueueLength);
        Assert.InRange(refusal.RetryAfter, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(30));
        held.Release();
        await Task.WhenAll(inHand, waiting);
    }

    [Fact]
    public async Task Failures_ReachACallerOnAnotherSilo_ByType()
    {
        await using var cluster = await new InferenceCluster(false, true).StartAsync();
        var (storefront, inference) = (cluster[0], cluster[1]);
        var grains = cluster.GrainsOn(storefront);
        Assert.Equal("shop", (await Assert.ThrowsAsync<NoModelException>(() => AskAsync(grains, 0))).Site);

        await cluster.PublishAsync("one");
        await cluster.ServedBy(inference).RefreshAsync(Inputs.Site, default);
        var request = Inputs.Request(steps: 100_000);
        await Assert.ThrowsAsync<ArgumentException>(() => grains.GetGrain<IInferenceWorkerGrain>(0).ScoreAsync(request, default));

        cluster.ModelsOf(inference).Single().OnScore = _ => throw new ArgumentException("a shape is wrong");
        var failure = await Assert.ThrowsAsync<InferenceFailedException>(() => AskAsync(grains, 0));
        Assert.Equal(("shop", 1, "a shape is wrong"), (failure.Site, failure.ModelVersion, failure.InnerException?.Message));
    }

    private static Task<ScoringResult> AskAsync(IGrainFactory grains, int slot) =>
        grains.GetGrain<IInferenceWorkerGrain>(slot).ScoreAsync(Inputs.Request(), CancellationToken.None);
}
