using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Persistence.Sqlite.Tests;

public sealed class SqliteWriterTests
{
    [Fact]
    public async Task WritesThatWait_ShareOneCommit_AndFailAlone()
    {
        var groupSizes = new ConcurrentBag<int>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == SqliteInstruments.MeterName)
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, size, _, _) => groupSizes.Add(size));
        listener.Start();
        await using var fixture = new StoreFixture();
        using var writerIsBusy = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var blocker = fixture.Store.WriteAsync(
            _ =>
            {
                writerIsBusy.Set();
                release.Wait();
                return 0;
            },
            default);
        writerIsBusy.Wait();

        // These queue up behind the blocker, so that the writer finds all of them at once.
        var writes = Enumerable.Range(0, 50)
            .Select(i => fixture.Storage.WriteStateAsync("tally", Id(i % 49), new GrainState<Tally> { State = new Tally { Count = i } }))
            .ToArray();
        release.Set();
        await blocker;

        // Key 0 was inserted twice: the second insert conflicts, the other 49 are stored.
        var failures = 0;
        foreach (var write in writes)
        {
            try
            {
                await write;
            }
            catch (InconsistentStateException)
            {
                failures++;
            }
        }

        Assert.Equal(1, failures);
        Assert.Contains(50, groupSizes);
        Assert.Equal(49, fixture.Catalog.Enumerate("tally", "seg.test/").Count());
    }

    [Fact]
    public async Task FullDisk_FailsTheWrite_AndTheWriterGoesOn()
    {
        await using var fixture = new StoreFixture(pageCountMax: 40);
        await fixture.Storage.WriteStateAsync("tally", Id(1), new GrainState<Tally> { State = new Tally { Count = 1 } });
        var tooLarge = new GrainState<Tally> { State = new Tally { Ballast = new byte[400_000] } };
        await Assert.ThrowsAsync<StoreUnavailableException>(() => fixture.Storage.WriteStateAsync("tally", Id(2), tooLarge));
        Assert.Null(tooLarge.ETag);

        await fixture.Storage.WriteStateAsync("tally", Id(3), new GrainState<Tally> { State = new Tally { Count = 3 } });
        Assert.Equal(2, fixture.Catalog.Enumerate("tally", "seg.test/").Count());
    }

    [Fact]
    public async Task SchemaOfALaterVersion_IsRefused()
    {
        await using var fixture = new StoreFixture();
        await fixture.Store.WriteAsync(statements => statements.Execute("PRAGMA user_version = 99"), default);
        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(fixture.ReopenAsync);
        Assert.Contains("99", refusal.Message, StringComparison.Ordinal);
    }

    private static GrainId Id(int key) => GrainId.Create("seg.test", $"{key}");
}
