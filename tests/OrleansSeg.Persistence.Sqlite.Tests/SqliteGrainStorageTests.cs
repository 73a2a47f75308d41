using Orleans.Runtime;
using Orleans.Storage;

namespace OrleansSeg.Persistence.Sqlite.Tests;

public sealed class SqliteGrainStorageTests : IAsyncLifetime
{
    private const string StateName = "tally";
    private readonly StoreFixture _fixture = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task Read_OfNothing_SaysTheRecordIsAbsent()
    {
        var state = await ReadAsync("nobody");
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Equal(0, state.State!.Count);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("a/b\\c#d?e%f")]
    [InlineData("客户 🛒 ü")]
    public async Task Write_ThenReopen_ReadsTheSame(string key)
    {
        await WriteAsync(key, new GrainState<Tally> { State = new Tally { Count = 7 } });
        await _fixture.ReopenAsync();
        var state = await ReadAsync(key);
        Assert.True(state.RecordExists);
        Assert.Equal(7, state.State!.Count);
    }

    [Fact]
    public async Task Write_WithTheStoredEtag_ReplacesAndChangesIt()
    {
        var state = await WriteAsync("a", new GrainState<Tally> { State = new Tally { Count = 1 } });
        var first = state.ETag;
        state.State = new Tally { Count = 2 };
        await WriteAsync("a", state);
        Assert.NotEqual(first, state.ETag);
        Assert.Equal(2, (await ReadAsync("a")).State!.Count);
    }

    [Fact]
    public async Task Write_WithAnOldEtag_IsAConflictAndChangesNothing()
    {
        var state = await WriteAsync("a", new GrainState<Tally> { State = new Tally { Count = 1 } });
        var old = new GrainState<Tally> { State = new Tally { Count = 9 }, ETag = state.ETag };
        await WriteAsync("a", state);
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("a", old));
        Assert.Equal(state.ETag, conflict.StoredEtag);
        Assert.Equal(1, (await ReadAsync("a")).State!.Count);
    }

    [Fact]
    public async Task Write_WithoutEtagOverARecord_IsAConflict()
    {
        await WriteAsync("a", new GrainState<Tally> { State = new Tally { Count = 1 } });
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("a", new GrainState<Tally> { State = new Tally() }));
    }

    [Fact]
    public async Task Clear_RemovesTheRecord_AndAnOldEtagNeverFitsItsSuccessor()
    {
        var state = await WriteAsync("a", new GrainState<Tally> { State = new Tally { Count = 1 } });
        var old = state.ETag;
        await _fixture.Storage.ClearStateAsync(StateName, Id("a"), state);
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.False((await ReadAsync("a")).RecordExists);

        await WriteAsync("a", new GrainState<Tally> { State = new Tally { Count = 2 } });
        var ghost = new GrainState<Tally> { State = new Tally { Count = 9 }, ETag = old };
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("a", ghost));
    }

    [Fact]
    public async Task Clear_WithAnOldEtag_IsAConflict()
    {
        var state = await WriteAsync("a", new GrainState<Tally> { State = new Tally() });
        var old = new GrainState<Tally> { State = new Tally(), ETag = state.ETag };
        await WriteAsync("a", state);
        await Assert.ThrowsAsync<InconsistentStateException>(() => _fixture.Storage.ClearStateAsync(StateName, Id("a"), old));
    }

    [Fact]
    public async Task StateNames_OfOneGrain_AreSeparateRecords()
    {
        await WriteAsync("a", new GrainState<Tally> { State = new Tally { Count = 1 } });
        var page = new GrainState<Tally> { State = new Tally { Count = 2 } };
        await _fixture.Storage.WriteStateAsync("page-0", Id("a"), page);
        Assert.Equal(1, (await ReadAsync("a")).State!.Count);
    }

    [Fact]
    public async Task Write_OfTheLargestRecordAnyStoreTakes_ReadsBack()
    {
        var ballast = new byte[983_040];
        new Random(3).NextBytes(ballast);
        await WriteAsync("large", new GrainState<Tally> { State = new Tally { Ballast = ballast } });
        Assert.Equal(ballast, (await ReadAsync("large")).State!.Ballast);
    }

    [Fact]
    public async Task ManyWriters_OfOneRecord_OneWinsEachRound()
    {
        const int Rounds = 20, Writers = 8;
        await WriteAsync("a", new GrainState<Tally> { State = new Tally() });
        for (var round = 0; round < Rounds; round++)
        {
            var attempts = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => TryIncrementAsync()));
            Assert.Single(attempts, won => won);
        }

        Assert.Equal(Rounds, (await ReadAsync("a")).State!.Count);

        async Task<bool> TryIncrementAsync()
        {
            var state = await ReadAsync("a");
            state.State!.Count++;
            await _everyoneHasRead.SignalAndWaitAsync(Writers);
            try
            {
                await WriteAsync("a", state);
                return true;
            }
            catch (InconsistentStateException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Catalog_ListsEveryGrainOfAPrefix_AcrossPages()
    {
        var keys = Enumerable.Range(0, 2_500).Select(i => $"s:{i:D5}").ToArray();
        await Task.WhenAll(keys.Append("r:1").Append("t:1").Select(key => WriteAsync(key, new GrainState<Tally> { State = new Tally() })));
        var listed = _fixture.Catalog.Enumerate(StateName, "seg.test/s:").Select(id => id.Key.ToString()!).ToArray();
        Assert.Equal(keys, listed);
    }

    private readonly AsyncBarrier _everyoneHasRead = new();

    private static GrainId Id(string key) => GrainId.Create("seg.test", key);

    private async Task<GrainState<Tally>> ReadAsync(string key)
    {
        var state = new GrainState<Tally>();
        await _fixture.Storage.ReadStateAsync(StateName, Id(key), state);
        return state;
    }

    private async Task<GrainState<Tally>> WriteAsync(string key, GrainState<Tally> state)
    {
        await _fixture.Storage.WriteStateAsync(StateName, Id(key), state);
        return state;
    }
}
