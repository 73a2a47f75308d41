using Orleans.Runtime;
using Orleans.Storage;

namespace OrleansSeg.Persistence.Conformance;

/// <summary>What every grain storage promises. A provider's test class derives from it and gives a store that no other test uses.</summary>
public abstract class GrainStorageConformance
{
    private const string StateName = "tally";

    /// <summary>The provider under test.</summary>
    protected abstract IGrainStorage Storage { get; }

    /// <summary>The same records through a provider that was made anew, as after a restart.</summary>
    protected abstract Task<IGrainStorage> ReopenAsync();

    [SkippableFact]
    public async Task Read_OfNothing_SaysTheRecordIsAbsent()
    {
        var state = await ReadAsync("nobody");
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Equal(0, state.State!.Count);
    }

    [SkippableFact]
    public async Task Read_OfNothing_ForgetsWhatTheCallerHeld()
    {
        var state = Record(9);
        (state.ETag, state.RecordExists) = ("stale", true);
        await Storage.ReadStateAsync(StateName, Id("nobody"), state);
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Equal(0, state.State!.Count);
    }

    [SkippableTheory]
    [InlineData("plain")]
    [InlineData("shop:a%2Fb%5Cc%23d%3Fe%25f")]
    [InlineData("客户 🛒 ü")]
    public async Task Write_ThenReopen_ReadsTheSame(string key)
    {
        var written = Record(7, "naïve 客户 🛒");
        await Storage.WriteStateAsync(StateName, Id(key), written);
        Assert.True(written.RecordExists);

        var read = new GrainState<Tally>();
        await (await ReopenAsync()).ReadStateAsync(StateName, Id(key), read);
        Assert.True(read.RecordExists);
        Assert.Equal(written.ETag, read.ETag);
        Assert.Equal((7, "naïve 客户 🛒"), (read.State!.Count, read.State.Text));
    }

    [SkippableFact]
    public async Task Write_WithTheStoredEtag_ReplacesAndChangesIt()
    {
        var state = await WriteAsync("a", Record(1));
        var first = state.ETag;
        state.State = new Tally { Count = 2 };
        await WriteAsync("a", state);
        Assert.NotEqual(first, state.ETag);
        Assert.Equal(2, (await ReadAsync("a")).State!.Count);
    }

    [SkippableFact]
    public async Task Write_WithAnOldEtag_IsAConflictThatNamesTheStoredOne_AndChangesNothing()
    {
        var state = await WriteAsync("a", Record(1));
        var old = new GrainState<Tally>(new Tally { Count = 9 }, state.ETag);
        await WriteAsync("a", state);
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("a", old));
        Assert.Equal(state.ETag, conflict.StoredEtag);
        Assert.Equal(1, (await ReadAsync("a")).State!.Count);
    }

    [SkippableFact]
    public async Task Write_WithoutEtagOverARecord_IsAConflict()
    {
        await WriteAsync("a", Record(1));
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("a", Record(2)));
        Assert.Equal(1, (await ReadAsync("a")).State!.Count);
    }

    [SkippableFact]
    public async Task Write_WithAnEtagOverNothing_IsAConflict_AndStoresNothing()
    {
        var other = await WriteAsync("b", Record(1));
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("a", new GrainState<Tally>(new Tally(), other.ETag)));
        Assert.False((await ReadAsync("a")).RecordExists);
    }

    [SkippableFact]
    public async Task Clear_RemovesTheRecord_AndAnOldEtagNeverFitsItsSuccessor()
    {
        var state = await WriteAsync("a", Record(1));
        var old = state.ETag;
        await Storage.ClearStateAsync(StateName, Id("a"), state);
        Assert.False(state.RecordExists);
        Assert.Equal(0, state.State!.Count);

        var cleared = await ReadAsync("a");
        Assert.False(cleared.RecordExists);
        Assert.Equal(state.ETag, cleared.ETag);

        state.State = new Tally { Count = 2 };
        await WriteAsync("a", state);
        var ghost = new GrainState<Tally>(new Tally { Count = 9 }, old);
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("a", ghost));
        Assert.Equal(2, (await ReadAsync("a")).State!.Count);
    }

    [SkippableFact]
    public async Task Clear_WithAnOldEtag_IsAConflict_AndKeepsTheRecord()
    {
        var state = await WriteAsync("a", Record(1));
        var old = new GrainState<Tally>(new Tally(), state.ETag);
        await WriteAsync("a", state);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync(StateName, Id("a"), old));
        Assert.True((await ReadAsync("a")).RecordExists);
    }

    [SkippableFact]
    public async Task Clear_OfARecordThatIsGoneOrCleared_IsAConflict()
    {
        var state = await WriteAsync("a", Record(1));
        var twin = new GrainState<Tally>(new Tally(), state.ETag);
        await Storage.ClearStateAsync(StateName, Id("a"), state);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync(StateName, Id("a"), twin));
    }

    [SkippableFact]
    public async Task StateNames_AndGrains_AreSeparateRecords()
    {
        await WriteAsync("a", Record(1));
        await WriteAsync("b", Record(2));
        await Storage.WriteStateAsync("page-0", Id("a"), Record(3));
        Assert.Equal(1, (await ReadAsync("a")).State!.Count);
        Assert.Equal(2, (await ReadAsync("b")).State!.Count);
    }

    [SkippableFact]
    public async Task ManyWriters_OfOneRecord_OneWinsEachRound()
    {
        const int Rounds = 10, Writers = 8;
        var everyoneHasRead = new Gathering(Writers);
        await WriteAsync("a", Record(0));
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
            await everyoneHasRead.ArriveAsync();
            return await SucceedsAsync(() => WriteAsync("a", state));
        }
    }

    [SkippableFact]
    public async Task ManyInserts_OfOneRecord_OneWins()
    {
        var attempts = await Task.WhenAll(Enumerable.Range(1, 8).Select(count => SucceedsAsync(() => WriteAsync("a", Record(count)))));
        Assert.Single(attempts, won => won);
        Assert.Equal(1 + Array.IndexOf(attempts, true), (await ReadAsync("a")).State!.Count);
    }

    /// <summary>The record of one key.</summary>
    protected async Task<GrainState<Tally>> ReadAsync(string key)
    {
        var state = new GrainState<Tally>();
        await Storage.ReadStateAsync(StateName, Id(key), state);
        return state;
    }

    /// <summary>Writes the record of one key.</summary>
    protected async Task<GrainState<Tally>> WriteAsync(string key, GrainState<Tally> state)
    {
        await Storage.WriteStateAsync(StateName, Id(key), state);
        return state;
    }

    private static GrainId Id(string key) => GrainId.Create("seg.test", key);

    private static GrainState<Tally> Record(int count, string text = "") => new(new Tally { Count = count, Text = text });

    private static async Task<bool> SucceedsAsync(Func<Task> write)
    {
        try
        {
            await write();
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }
}
