using Orleans.Runtime;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Persistence.AzureTables.Tests;

[Collection(AzuriteTests.Name)]
public sealed class AzureTablesGrainCatalogTests(AzuriteFixture azurite)
{
    [SkippableTheory]
    [InlineData(true, 1_100)]
    [InlineData(false, 250)]
    public async Task Enumerate_ListsEveryGrainOfAPrefix_InOrder_AcrossPages(bool keysOnly, int count)
    {
        var cluster = new TestCluster(azurite, options => options.DeleteStateOnClear = keysOnly);
        var storage = cluster.NewStorage();
        var keys = Enumerable.Range(0, count).Select(i => $"s:{i:D5}").ToArray();
        await Parallel.ForEachAsync(keys.Concat(["r:1", "t:1", "s"]), async (key, _) => await WriteAsync("seg.test", key));
        await WriteAsync("seg.tester", "s:00000");
        await storage.WriteStateAsync("other", GrainId.Create("seg.test", "s:99999"), new GrainState<Tally>(new Tally()));

        Assert.Equal(keys, await ListAsync("seg.test/s:"));
        Assert.Equal(count + 3, (await ListAsync("seg.test/")).Length);

        async ValueTask WriteAsync(string type, string key) =>
            await storage.WriteStateAsync("tally", GrainId.Create(type, key), new GrainState<Tally>(new Tally()));

        async Task<string[]> ListAsync(string prefix) =>
            await cluster.NewCatalog().EnumerateAsync("tally", prefix, default).Select(id => id.Key.ToString()!).ToArrayAsync();
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClearedRecords_AreNotListed(bool deletes)
    {
        var cluster = new TestCluster(azurite, options => options.DeleteStateOnClear = deletes);
        var (kept, cleared) = (GrainId.Create("seg.test", "kept"), GrainId.Create("seg.test", "cleared"));
        var state = new GrainState<Tally>(new Tally());
        await cluster.NewStorage().WriteStateAsync("tally", kept, new GrainState<Tally>(new Tally()));
        await cluster.NewStorage().WriteStateAsync("tally", cleared, state);
        await cluster.NewStorage().ClearStateAsync("tally", cleared, state);
        Assert.Equal([kept], await cluster.NewCatalog().EnumerateAsync("tally", "seg.test/", default).ToListAsync());
    }

    [SkippableFact]
    public async Task PrefixThatEndsWithinAType_IsRefused()
    {
        var catalog = new TestCluster(azurite).NewCatalog();
        var refusal = await Assert.ThrowsAsync<ArgumentException>(async () => await catalog.EnumerateAsync("tally", "seg.te", default).ToListAsync());
        Assert.Contains("seg.te", refusal.Message, StringComparison.Ordinal);
    }
}
