using System.Collections.Concurrent;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Grains.Tests.Inference;
using OrleansSeg.Inference;
using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Grains.Tests.Models;

public sealed class ModelSwapTests
{
    private const int Swaps = 50;

    [Fact]
    public async Task FiftySwapsUnderLoad_FailNoCall_AndEveryAnswerSaysItsVersion()
    {
        await using var cluster = await new InferenceCluster(true) { Configure = o => o.BatchSizeMax = 8 }.StartAsync();
        var silo = cluster[0];
        await cluster.PublishAsync("version-1");
        await cluster.ServedBy(silo).RefreshAsync(Inputs.Site, default);
        using var stop = new CancellationTokenSource();
        var answered = new ConcurrentBag<int>();
        var underWay = Enumerable.Range(0, 32).Select(_ => new TaskCompletionSource()).ToArray();
        var callers = underWay.Select((first, slot) => Task.Run(() => AskOnAsync(cluster.GrainsOn(silo), slot, first, answered, stop.Token))).ToArray();
        await Task.WhenAll(underWay.Select(first => first.Task)).WaitAsync(Patience.Longest);

        for (var version = 2; version <= Swaps + 1; version++)
        {
            Assert.Equal(version, (await cluster.PublishAsync($"version-{version}")).Version);
            await cluster.ServedBy(silo).RefreshAsync(Inputs.Site, default);
            var answer = await cluster.Grains.GetGrain<IInferenceWorkerGrain>(0).ScoreAsync(Inputs.Request(), default);
            Assert.Equal(version, answer.ModelVersion);
            answered.Add(version);
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        Assert.Equal(Enumerable.Range(1, Swaps + 1), answered.Distinct().Order());
        Assert.Equal(Enumerable.Repeat(true, Swaps).Append(false), cluster.ModelsOf(silo).Select(model => model.IsDisposed));
    }

    [Fact]
    public async Task CorruptBundle_LeavesTheOldModelInService_UntilASoundOneComes()
    {
        await using var cluster = await new InferenceCluster(true).StartAsync();
        var (silo, worker) = (cluster[0], cluster.Grains.GetGrain<IInferenceWorkerGrain>(0));
        await cluster.PublishAsync("sound");
        Assert.Equal(1, (await worker.ScoreAsync(Inputs.Request(), default)).ModelVersion);

        await cluster.PublishAsync(InferenceCluster.Corrupt);
        await Assert.ThrowsAsync<BundleCorruptException>(() => cluster.ServedBy(silo).RefreshAsync(Inputs.Site, default));
        Assert.Equal(1, (await worker.ScoreAsync(Inputs.Request(), default)).ModelVersion);
        Assert.False(cluster.ModelsOf(silo).Single().IsDisposed);

        await cluster.PublishAsync("sound again");
        await cluster.ServedBy(silo).RefreshAsync(Inputs.Site, default);
        Assert.Equal(3, (await worker.ScoreAsync(Inputs.Request(), default)).ModelVersion);
    }

    [Fact]
    public async Task RollBacksUnderLoad_FailNoCall_AndTheVersionBeforeAnswers()
    {
        await using var cluster = await new InferenceCluster(true) { Configure = o => o.BatchSizeMax = 8 }.StartAsync();
        var (silo, worker) = (cluster[0], cluster.Grains.GetGrain<IInferenceWorkerGrain>(0));
        var registry = cluster.Grains.GetGrain<OrleansSeg.Models.IModelRegistryGrain>(Inputs.Site);
        await cluster.PublishAsync("one");
        await cluster.ServedBy(silo).RefreshAsync(Inputs.Site, default);
        using var stop = new CancellationTokenSource();
        var underWay = Enumerable.Range(0, 32).Select(_ => new TaskCompletionSource()).ToArray();
        var callers = underWay.Select((first, slot) => Task.Run(() => AskOnAsync(cluster.GrainsOn(silo), slot, first, [], stop.Token, isRising: false))).ToArray();
        await Task.WhenAll(underWay.Select(first => first.Task)).WaitAsync(Patience.Longest);

        for (var version = 2; version <= Swaps / 2; version++)
        {
            await cluster.PublishAsync($"version-{version}");
            await cluster.ServedBy(silo).RefreshAsync(Inputs.Site, default);
            Assert.Equal(version, (await worker.ScoreAsync(Inputs.Request(), default)).ModelVersion);
            Assert.Equal(1, (await registry.RollBackAsync(null, force: false, default)).Version);
            await cluster.ServedBy(silo).RefreshAsync(Inputs.Site, default);
            Assert.Equal(1, (await worker.ScoreAsync(Inputs.Request(), default)).ModelVersion);
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
    }

    [Fact]
    public async Task Silo_LearnsOfANewVersion_ByItself()
    {
        await using var cluster = await new InferenceCluster(true) { Configure = o => o.ModelPollInterval = TimeSpan.FromMilliseconds(50) }.StartAsync();
        var worker = cluster.Grains.GetGrain<IInferenceWorkerGrain>(0);
        await Assert.ThrowsAsync<NoModelException>(() => worker.ScoreAsync(Inputs.Request(), default));
        await cluster.PublishAsync(InferenceCluster.Corrupt);
        await cluster.PublishAsync("sound");
        using var patience = new CancellationTokenSource(Patience.Longest);
        while (true)
        {
            try
            {
                Assert.Equal(2, (await worker.ScoreAsync(Inputs.Request(), patience.Token)).ModelVersion);
                return;
            }
            catch (NoModelException)
            {
                await Task.Delay(10, patience.Token);
            }
        }
    }

    /// <summary>Asks again and again; any failure is the test's.</summary>
    private static async Task AskOnAsync(IGrainFactory grains, int slot, TaskCompletionSource first, ConcurrentBag<int> answered, CancellationToken stop, bool isRising = true)
    {
        for (var last = 0; !stop.IsCancellationRequested;)
        {
            var answer = await grains.GetGrain<IInferenceWorkerGrain>(slot % 16).ScoreAsync(Inputs.Request($"{slot}"), CancellationToken.None);
            Assert.Equal($"{slot}", answer.Segment);
            Assert.True(!isRising || answer.ModelVersion >= last, $"version {answer.ModelVersion} after {last}");
            last = answer.ModelVersion;
            answered.Add(last);
            first.TrySetResult();
        }
    }
}
