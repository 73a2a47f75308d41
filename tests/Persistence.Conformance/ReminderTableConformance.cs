using Orleans.Runtime;

namespace OrleansSeg.Persistence.Conformance;

/// <summary>What every reminder table promises.</summary>
/// <remarks>A provider's test class derives from it and gives a table that no other test uses.</remarks>
public abstract class ReminderTableConformance
{
    private static readonly DateTime Start = new(2026, 3, 1, 12, 0, 0, 125, DateTimeKind.Utc);

    /// <summary>The provider under test.</summary>
    protected abstract IReminderTable Reminders { get; }

    /// <summary>The same rows through a provider that was made anew, as after a restart.</summary>
    protected abstract Task<IReminderTable> ReopenAsync();

    [SkippableFact]
    public async Task Read_OfNothing_IsEmpty()
    {
        Assert.Null(await Reminders.ReadRow(Id(1), "sweep"));
        Assert.Empty((await Reminders.ReadRows(Id(1))).Reminders);
        Assert.Empty((await Reminders.ReadRows(0, 0)).Reminders);
    }

    [SkippableFact]
    public async Task Upsert_ThenReopen_ReadsTheSame()
    {
        var etag = await Reminders.UpsertRow(Entry(Id(1), "sweep"));
        var read = await (await ReopenAsync()).ReadRow(Id(1), "sweep");
        Assert.NotNull(read);
        Assert.Equal((Id(1), "sweep", Start, TimeSpan.FromMinutes(5), etag), (read.GrainId, read.ReminderName, read.StartAt, read.Period, read.ETag));
    }

    [SkippableFact]
    public async Task Upsert_Again_ReplacesTheRowAndItsEtag()
    {
        var first = await Reminders.UpsertRow(Entry(Id(1), "sweep"));
        var later = Entry(Id(1), "sweep");
        (later.StartAt, later.Period) = (Start.AddDays(1), TimeSpan.FromDays(2));
        var second = await Reminders.UpsertRow(later);
        Assert.NotEqual(first, second);

        var read = Assert.Single((await Reminders.ReadRows(Id(1))).Reminders);
        Assert.Equal((Start.AddDays(1), TimeSpan.FromDays(2), second), (read.StartAt, read.Period, read.ETag));
    }

    [SkippableFact]
    public async Task ParallelUpserts_OfOneReminder_LeaveOneRow_WithTheEtagOfOneOfThem()
    {
        var etags = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => UpsertUntilDoneAsync(Entry(Id(1), "sweep"))));
        Assert.Equal(5, etags.Distinct().Count());
        Assert.Contains(Assert.Single((await Reminders.ReadRows(Id(1))).Reminders).ETag, etags);
    }

    [SkippableFact]
    public async Task Remove_WithAnOldEtag_IsFalseAndKeepsTheRow()
    {
        var old = await Reminders.UpsertRow(Entry(Id(1), "sweep"));
        var current = await Reminders.UpsertRow(Entry(Id(1), "sweep"));
        Assert.False(await Reminders.RemoveRow(Id(1), "sweep", old!));
        Assert.True(await Reminders.RemoveRow(Id(1), "sweep", current!));
        Assert.Null(await Reminders.ReadRow(Id(1), "sweep"));
        Assert.False(await Reminders.RemoveRow(Id(1), "sweep", current!));
    }

    [SkippableFact]
    public async Task ReadRows_OfAGrain_GiveItsRemindersOnly()
    {
        var neighbours = new[] { "a", "a-", "a-b", "a.b" }.Select(key => GrainId.Create("seg.test", key)).ToArray();
        foreach (var grain in neighbours)
        {
            await Reminders.UpsertRow(Entry(grain, "one"));
            await Reminders.UpsertRow(Entry(grain, "two"));
        }

        foreach (var grain in neighbours)
        {
            var names = (await Reminders.ReadRows(grain)).Reminders.Select(entry => entry.ReminderName);
            Assert.Equal(["one", "two"], names.Order());
        }
    }

    [SkippableTheory]
    [InlineData("plain", "name")]
    [InlineData("shop%2Fa", "a name with spaces and ü")]
    [InlineData("a'quoted''key", "o'clock")]
    public async Task KeysAndNames_OfAllSorts_ComeBack(string key, string name)
    {
        var grain = GrainId.Create("seg.test", key);
        var etag = await Reminders.UpsertRow(Entry(grain, name));
        Assert.Equal(name, Assert.Single((await Reminders.ReadRows(grain)).Reminders).ReminderName);
        Assert.True(await Reminders.RemoveRow(grain, name, etag!));
    }

    [SkippableFact]
    public async Task ReadRows_OfARange_ExcludeItsBeginningAndIncludeItsEnd()
    {
        await Reminders.UpsertRow(Entry(Id(1), "sweep"));
        var hash = Id(1).GetUniformHashCode();
        Assert.Empty((await Reminders.ReadRows(hash, hash + 1)).Reminders);
        Assert.Single((await Reminders.ReadRows(hash - 1, hash)).Reminders);
        Assert.Single((await Reminders.ReadRows(hash, hash)).Reminders);

        // From just behind it all the way round to just before it.
        Assert.Empty((await Reminders.ReadRows(hash, hash - 1)).Reminders);
        Assert.Single((await Reminders.ReadRows(hash + 1, hash)).Reminders);
    }

    [SkippableFact]
    public async Task ReadRows_OfTwoHalves_GiveEveryRowOnce_EvenWrappedAround()
    {
        const int Count = 200;
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => UpsertUntilDoneAsync(Entry(Id(i), "sweep"))));
        foreach (var (a, b) in new[] { (0u, 1u << 31), (123_456u, uint.MaxValue), (1u << 30, 3u << 30), (0u, uint.MaxValue) })
        {
            var one = (await Reminders.ReadRows(a, b)).Reminders;
            var other = (await Reminders.ReadRows(b, a)).Reminders;
            Assert.Equal(Count, one.Concat(other).Select(entry => entry.GrainId).Distinct().Count());
            Assert.Equal(Count, one.Count + other.Count);
            Assert.All(one, entry => Assert.True(entry.GrainId.GetUniformHashCode() > a && entry.GrainId.GetUniformHashCode() <= b));
        }

        Assert.Equal(Count, (await Reminders.ReadRows(7, 7)).Reminders.Count);
    }

    [SkippableFact]
    public async Task ClearTable_LeavesNothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => UpsertUntilDoneAsync(Entry(Id(i), "sweep"))));
        await Reminders.TestOnlyClearTable();
        Assert.Empty((await Reminders.ReadRows(0, 0)).Reminders);
    }

    /// <summary>The id of a grain in the suite.</summary>
    protected static GrainId Id(int key) => GrainId.Create("seg.test", $"{key}");

    /// <summary>A reminder every five minutes.</summary>
    protected static ReminderEntry Entry(GrainId grain, string name) =>
        new() { GrainId = grain, ReminderName = name, StartAt = Start, Period = TimeSpan.FromMinutes(5) };

    // A null answer asks for another try: the row was being changed.
    private async Task<string> UpsertUntilDoneAsync(ReminderEntry entry)
    {
        string? etag;
        do
        {
            etag = await Reminders.UpsertRow(entry);
        }
        while (etag is null);
        return etag;
    }
}
