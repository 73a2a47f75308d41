using Orleans.Runtime;
using Orleans.Storage;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Persistence.Sqlite.Tests;

public sealed class SqliteGrainStorageTests : GrainStorageConformance, IAsyncLifetime
{
    private readonly StoreFixture _fixture = new();

    protected override IGrainStorage Storage => _fixture.Storage;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Theory]
    [InlineData("a/b\\c#d?e%f")]
    [InlineData("a_b_c_d_e%f")]
    public async Task Keys_ThatOtherStoresForbid_AreKeptApart(string key)
    {
        await WriteAsync("a/b\\c#d?e%f", new GrainState<Tally>(new Tally { Count = 1 }));
        await WriteAsync("a_b_c_d_e%f", new GrainState<Tally>(new Tally { Count = 2 }));
        Assert.Equal(key.Contains('/', StringComparison.Ordinal) ? 1 : 2, (await ReadAsync(key)).State!.Count);
    }

    [Fact]
    public async Task Clear_ForgetsTheEtag()
    {
        var state = await WriteAsync("a", new GrainState<Tally>(new Tally()));
        await Storage.ClearStateAsync("tally", GrainId.Create("seg.test", "a"), state);
        Assert.Null(state.ETag);
    }

    [Fact]
    public async Task Write_OfTheLargestRecordAnyStoreTakes_ReadsBack()
    {
        var ballast = new byte[983_040];
        new Random(3).NextBytes(ballast);
        await WriteAsync("large", new GrainState<Tally>(new Tally { Ballast = ballast }));
        Assert.Equal(ballast, (await ReadAsync("large")).State!.Ballast);
    }

    [Fact]
    public async Task Catalog_ListsEveryGrainOfAPrefix_AcrossPages()
    {
        var keys = Enumerable.Range(0, 2_500).Select(i => $"s:{i:D5}").ToArray();
        await Task.WhenAll(keys.Append("r:1").Append("t:1").Select(key => WriteAsync(key, new GrainState<Tally>(new Tally()))));
        var listed = _fixture.Catalog.Enumerate("tally", "seg.test/s:").Select(id => id.Key.ToString()!).ToArray();
        Assert.Equal(keys, listed);
    }

    protected override async Task<IGrainStorage> ReopenAsync()
    {
        await _fixture.ReopenAsync();
        return _fixture.Storage;
    }
}
