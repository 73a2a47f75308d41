using System.Security.Cryptography;
using Orleans.Runtime;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Stores.Tests;

/// <summary>What this program asks of a shared store's records beyond the common contract.</summary>
public abstract class SharedRecordTests
{
    /// <summary>The largest record on any store.</summary>
    private const int RecordBytesMax = 983_040;

    protected abstract string Store { get; }

    protected abstract string ConnectionString { get; }

    [SkippableFact]
    public async Task LargestRecord_ReadsBackWhole()
    {
        await using var store = await OpenAsync();
        var ballast = RandomNumberGenerator.GetBytes(RecordBytesMax);
        var grain = GrainId.Create("seg.test", "large");
        var written = new GrainState<Tally>(new Tally { Ballast = ballast });
        await store.Storage.WriteStateAsync("tally", grain, written);
        await store.Storage.WriteStateAsync("tally", grain, written);
        var read = new GrainState<Tally>();
        await store.Storage.ReadStateAsync("tally", grain, read);
        Assert.Equal(ballast, read.State!.Ballast);
    }

    [SkippableFact]
    public async Task LongestKey_OfAnyCharacters_ReadsBack()
    {
        await using var store = await OpenAsync();
        var key = $"shop:{new string('客', 475)}";
        Assert.Equal(480, key.Length);
        await WriteAsync(store, GrainId.Create("seg.customer", key));
        Assert.Equal([key], await ListAsync(store, "seg.customer/shop:"));
    }

    [SkippableFact]
    public async Task KeysThatReadAsNumbersOrIds_AndGrainTypes_AreKeptApart()
    {
        await using var store = await OpenAsync();
        string[] keys = ["feed", "0feed", "00feed", "feed+1", "0feed+1", "0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789abcdef"];
        var grains = keys.SelectMany(key => new[] { GrainId.Create("seg.site", key), GrainId.Create("seg.partition", key) }).ToArray();
        foreach (var (count, grain) in grains.Index())
        {
            await store.Storage.WriteStateAsync("tally", grain, new GrainState<Tally>(new Tally { Count = count }));
        }

        foreach (var (count, grain) in grains.Index())
        {
            var read = new GrainState<Tally>();
            await store.Storage.ReadStateAsync("tally", grain, read);
            Assert.Equal(count, read.State!.Count);
        }
    }

    [SkippableFact]
    public async Task Catalogue_ListsEveryGrainOfAPrefix_InOrder_AcrossPages()
    {
        await using var store = await OpenAsync();
        var keys = Enumerable.Range(0, 2_100).Select(i => $"s:{i:D5}").Concat(["s:*[a]?", "s:\\", "s:ü"]).Order(StringComparer.Ordinal).ToArray();
        await Parallel.ForEachAsync(keys.Concat(["r:1", "t:1", "s"]), async (key, _) => await WriteAsync(store, GrainId.Create("seg.test", key)));
        await WriteAsync(store, GrainId.Create("seg.tester", "s:00000"));
        await store.Storage.WriteStateAsync("other", GrainId.Create("seg.test", "s:99999"), new GrainState<Tally>(new Tally()));
        await using var neighbour = await OpenAsync();
        await WriteAsync(neighbour, GrainId.Create("seg.test", "s:foreign"));

        Assert.Equal(keys, await ListAsync(store, "seg.test/s:"));
        Assert.Equal(keys.Length + 3, (await ListAsync(store, "seg.test/")).Length);
        Assert.Empty(await ListAsync(store, "seg.test/x"));
    }

    [SkippableFact]
    public async Task Catalogue_LeavesOutWhatWasCleared()
    {
        await using var store = await OpenAsync();
        var state = new GrainState<Tally>(new Tally());
        await store.Storage.WriteStateAsync("tally", GrainId.Create("seg.test", "cleared"), state);
        await WriteAsync(store, GrainId.Create("seg.test", "kept"));
        await store.Storage.ClearStateAsync("tally", GrainId.Create("seg.test", "cleared"), state);
        Assert.Equal(["kept"], await ListAsync(store, "seg.test/"));
    }

    [SkippableFact]
    public async Task Probe_OfAStoreThatAnswers_Returns()
    {
        await using var store = await OpenAsync();
        await store.Probe.PingAsync(default);
    }

    private protected Task<TestStore> OpenAsync() => TestStore.OpenAsync(StoreSettings.Of(Store, ConnectionString));

    private static Task WriteAsync(TestStore store, GrainId grain) => store.Storage.WriteStateAsync("tally", grain, new GrainState<Tally>(new Tally()));

    private static async Task<string[]> ListAsync(TestStore store, string prefix) =>
        await store.Catalog.EnumerateAsync("tally", prefix, default).Select(id => id.Key.ToString()!).ToArrayAsync();
}
