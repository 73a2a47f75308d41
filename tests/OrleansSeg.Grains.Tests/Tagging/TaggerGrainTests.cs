using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Events;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Grains.Tests.Inference;
using OrleansSeg.Inference;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Models;
using OrleansSeg.Tagging;

namespace OrleansSeg.Grains.Tests.Tagging;

public sealed class TaggerGrainTests(SmallTaggers taggers) : IClassFixture<SmallTaggers>
{
    [Fact]
    public async Task TwoSites_WithAdaptersOfOneEncoder_AreAnsweredAsByEachTaggerAlone_AndTheEncoderIsLoadedOnce()
    {
        await using var cluster = await new InferenceCluster(true, false).StartAsync();
        await taggers.RegisterAsync(cluster.Grains, "north", 0);
        await taggers.RegisterAsync(cluster.Grains, "south", 1);
        var expected = taggers.Folders.Select(folder =>
        {
            using var alone = TextTagger.Load(folder);
            alone.Merge();
            return alone.Tag(SmallTaggers.Texts);
        }).ToList();
        Assert.NotEqual(Shape(expected[0]), Shape(expected[1]));

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async call =>
            (Which: call % 2, Told: await GrainsOf(cluster, call).GetGrain<ITaggerGrain>($"{(call % 2 == 0 ? "north" : "south")}:{call % 4}").TagAsync([.. SmallTaggers.Texts], default))));
        Assert.All(answers, answer => Assert.Equal(Shape(expected[answer.Which]), Shape(answer.Told.Spans)));
        Assert.All(answers, answer => Assert.All(
            expected[answer.Which].SelectMany(spans => spans).Zip(answer.Told.Spans.SelectMany(spans => spans)), pair => Assert.Equal(pair.First.Probability, pair.Second.Probability, 1e-5f)));
        Assert.Equal([1, 0], new[] { cluster[0], cluster[1] }.Select(silo => cluster.Cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<TaggerLoader>().EncodersLoaded));
    }

    [Fact]
    public async Task SiteWithoutATagger_IsToldSo_AndAnsweredOnceOneIsRegistered_AndByTheNextOneAfter()
    {
        await using var cluster = await new InferenceCluster(true) { Configure = options => options.ModelPollInterval = TimeSpan.FromMilliseconds(50) }.StartAsync();
        var door = cluster.Grains.GetGrain<ITaggerGrain>("north:0");
        Assert.Equal("north", (await Assert.ThrowsAsync<NoTaggerException>(() => door.TagAsync(["hello"], default))).Site);
        var first = await taggers.RegisterAsync(cluster.Grains, "north", 0);
        Assert.Equal(first.Sha256, (await door.TagAsync(["hello"], default)).Tagger);

        var second = await taggers.RegisterAsync(cluster.Grains, "north", 1);
        Assert.Equal(first.EncoderSha256, second.EncoderSha256);
        await Until(async () => (await door.TagAsync(["hello"], default)).Tagger == second.Sha256);
        var upload = cluster.Grains.GetGrain<IBundleUploadGrain>("north:look");
        Assert.Equal((false, true, true), (await upload.HasAsync(first.Sha256, default), await upload.HasAsync(second.Sha256, default), await upload.HasAsync(second.EncoderSha256, default)));

        await cluster.Grains.GetGrain<ITaggerRegistryGrain>("north").RemoveAsync(default);
        await Until(async () => await Record.ExceptionAsync(() => door.TagAsync(["hello"], default)) is NoTaggerException);
        Assert.False(await upload.HasAsync(second.EncoderSha256, default));
    }

    [Fact]
    public async Task CallBeyondItsBounds_IsRefused_AndSoIsOneThatFindsTheQueueFull()
    {
        await using var cluster = await new InferenceCluster(true) { Configure = options => options.QueueLengthMax = 5 }.StartAsync();
        await taggers.RegisterAsync(cluster.Grains, "north", 0);
        var door = cluster.Grains.GetGrain<ITaggerGrain>("north:0");
        Assert.StartsWith("Text 1 has 16385 bytes of UTF-8", (await Assert.ThrowsAsync<ArgumentException>(() => door.TagAsync(["a", new string('a', 16_385)], default))).Message, StringComparison.Ordinal);
        Assert.StartsWith("A call has at most 1000 texts", (await Assert.ThrowsAsync<ArgumentException>(() => door.TagAsync([.. Enumerable.Repeat("a", 1_001)], default))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InferenceOverloadedException>(() => door.TagAsync([.. Enumerable.Repeat("i bought the mug", 900)], default));

        // Whoever was refused has left the queue: it has room again.
        Assert.Single((await door.TagAsync(["i bought the mug"], default)).Spans);
    }

    [Fact]
    public async Task UploadThatIsNotWhatItSays_LeavesNothing()
    {
        await using var cluster = await new InferenceCluster(true).StartAsync();
        var upload = cluster.Grains.GetGrain<IBundleUploadGrain>("north:1");
        await Assert.ThrowsAsync<ArgumentException>(() => upload.AppendAsync("../escape", 0, [1], default));
        await Assert.ThrowsAsync<ArgumentException>(() => upload.AppendAsync("large", 0, new byte[IBundleUploadGrain.PieceBytesMax + 1], default));
        await upload.AppendAsync("file", 0, [1, 2], default);
        await Assert.ThrowsAsync<InvalidOperationException>(() => upload.AppendAsync("file", 0, [1, 2], default));
        var wrong = new string('a', 64);
        await Assert.ThrowsAsync<InvalidOperationException>(() => upload.CompleteAsync(wrong, default));
        Assert.False(await upload.HasAsync(wrong, default));
    }

    private static IEnumerable<(int, int, int, string)> Shape(IEnumerable<ImmutableArray<TagSpan>> told) =>
        told.SelectMany((spans, text) => spans.Select(span => (text, span.Start, span.End, span.Label)));

    // Some callers are on a silo that runs no inference.
    private static IGrainFactory GrainsOf(InferenceCluster cluster, int call) => call % 3 == 0 ? cluster.GrainsOn(cluster[1]) : cluster.Grains;

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience.Longest);
        while (!await holds())
        {
            await Task.Delay(1, patience.Token);
        }
    }
}
