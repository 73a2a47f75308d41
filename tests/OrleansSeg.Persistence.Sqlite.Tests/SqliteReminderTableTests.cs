using Orleans.Runtime;

namespace OrleansSeg.Persistence.Sqlite.Tests;

public sealed class SqliteReminderTableTests
{
    private static readonly DateTime Start = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Upsert_ThenReopen_ReadsTheSame()
    {
        await using var fixture = new StoreFixture();
        var etag = await fixture.Reminders.UpsertRow(Entry(1, "sweep"));
        await fixture.ReopenAsync();
        var read = await fixture.Reminders.ReadRow(Id(1), "sweep");
        Assert.NotNull(read);
        Assert.Equal((Start, TimeSpan.FromMinutes(5), etag), (read.StartAt, read.Period, read.ETag));
    }

    [Fact]
    public async Task Remove_WithAnOldEtag_IsFalseAndKeepsTheRow()
    {
        await using var fixture = new StoreFixture();
        var old = await fixture.Reminders.UpsertRow(Entry(1, "sweep"));
        var current = await fixture.Reminders.UpsertRow(Entry(1, "sweep"));
        Assert.False(await fixture.Reminders.RemoveRow(Id(1), "sweep", old!));
        Assert.True(await fixture.Reminders.RemoveRow(Id(1), "sweep", current!));
        Assert.Null(await fixture.Reminders.ReadRow(Id(1), "sweep"));
    }

    [Fact]
    public async Task ReadRows_OfTwoHalves_GiveEveryRowOnce_EvenWrappedAround()
    {
        await using var fixture = new StoreFixture();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => fixture.Reminders.UpsertRow(Entry(i, "sweep"))));
        foreach (var (a, b) in new[] { (0u, 1u << 31), (123_456u, uint.MaxValue), (1u << 30, 3u << 30) })
        {
            var one = (await fixture.Reminders.ReadRows(a, b)).Reminders;
            var other = (await fixture.Reminders.ReadRows(b, a)).Reminders;
            Assert.Equal(200, one.Concat(other).Select(entry => entry.GrainId).Distinct().Count());
            Assert.Equal(200, one.Count + other.Count);
        }

        Assert.Equal(200, (await fixture.Reminders.ReadRows(7, 7)).Reminders.Count);
    }

    private static GrainId Id(int key) => GrainId.Create("seg.test", $"{key}");

    private static ReminderEntry Entry(int key, string name) =>
        new() { GrainId = Id(key), ReminderName = name, StartAt = Start, Period = TimeSpan.FromMinutes(5) };
}
