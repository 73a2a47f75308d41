using Orleans.Hosting;
using OrleansSeg.Customers;
using OrleansSeg.Customers.History;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;
using OrleansSeg.Federation;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Grains.Tests.Federation;

namespace OrleansSeg.Grains.Tests.Customers;

/// <summary>A cluster that keeps views 30 days, searches 60, and everything else for ever.</summary>
public sealed class RetentionCluster : ShopCluster
{
    protected override void Configure(ISiloBuilder silo) => silo.Configure<CustomerOptions>(customers =>
    {
        (customers.HotPageBytesMax, customers.PagesPerDirectory) = (4 * 1024, 3);
        customers.RetentionByType[EventType.View] = TimeSpan.FromDays(30);
        customers.RetentionByType[EventType.Search] = TimeSpan.FromDays(60);
    });
}

/// <summary>Events that are too old leave the pages, and stay out.</summary>
public sealed class RetentionTests(RetentionCluster cluster) : IClassFixture<RetentionCluster>, IAsyncLifetime
{
    private static readonly string Half = new('h', 2_000);
    private readonly string _site = cluster.NewSite();

    private DateTimeOffset Now => cluster.Time.GetUtcNow();

    public Task InitializeAsync() => cluster.PublishModelAsync(_site);

    public Task DisposeAsync()
    {
        cluster.Faults.Clear();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task EventsBeforeTheWatermark_AreRefused()
    {
        var receipt = await cluster.Customer(_site, "old").ImportAsync(
            new CustomerImport("old", [Shop.View("v", Now.AddDays(-31)), Shop.View("w", Now.AddDays(-29)), Shop.Purchase("p", Now.AddYears(-5))], NoAttributes), default);
        Assert.Equal((2, "v", RefusalKind.BeyondRetention), (receipt.Added, receipt.Refused.Single().EventId, receipt.Refused.Single().Kind));
    }

    [Fact]
    public async Task Sweep_RewritesPagesAndAggregates_AndAReimportCountsNothingTwice()
    {
        var events = Mixed();
        var customer = await LivedAsync("aged", events);
        cluster.Jump(TimeSpan.FromDays(15));
        await cluster.SweepAsync(_site);
        var kept = events.Where(e => IsKept(e)).Select(e => e.EventId).ToList();
        Assert.InRange(kept.Count, 5, events.Length - 5);
        Assert.Equal(kept, await cluster.CheckAsync(customer));
        var state = (await cluster.StateOfAsync(customer))!;
        Assert.Null(state.Leftovers);
        await AssertOnlyReferredPagesAsync(customer, state);
        Assert.Equal(kept.Count, (await customer.LookUpFreshAsync(default)).EventsSeen);
        Assert.Equal(kept.Count(id => id.StartsWith('v')), (await customer.GetProfileAsync(default)).EventCounts.GetValueOrDefault("View"));

        var again = await customer.ImportAsync(new CustomerImport("aged", [.. events], NoAttributes), default);
        Assert.Equal((0, kept.Count), (again.Added, again.AlreadyKnown));
        Assert.All(again.Refused, refusal => Assert.Equal(RefusalKind.BeyondRetention, refusal.Kind));
        Assert.Equal(0, (await cluster.VerifyAsync(_site)).MismatchCount);

        var writes = 0;
        cluster.Faults.Script(call =>
        {
            writes += call.IsChange && call.Grain == customer.GetGrainId() ? 1 : 0;
            return null;
        });
        await cluster.SweepAsync(_site);
        Assert.Equal(0, writes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CrashAtEveryChangeOfARewrite_LosesNothingKept_AndLeavesNothingBehind(bool after)
    {
        var points = 0;
        for (var (point, isDead) = (1, true); isDead; point++, points++)
        {
            isDead = await CrashAtAsync($"crash-{after}-{point}", point, after);
        }

        Assert.InRange(points, 10, 80);
    }

    [Fact]
    public async Task EventsRecordedDuringARewrite_AreKept()
    {
        var events = Mixed();
        var customer = await LivedAsync("busy", events);
        cluster.Jump(TimeSpan.FromDays(15));
        var sweep = cluster.SweepAsync(_site);
        var records = Enumerable.Range(0, 20).Select(i => customer.RecordAsync([Shop.Purchase($"new-{i}", Now.AddDays(-i), 1m)], default)).ToArray();
        await Task.WhenAll(records);
        await sweep;
        await cluster.SweepAsync(_site);
        var expected = events.Where(IsKept).Select(e => e.EventId).Concat(Enumerable.Range(0, 20).Select(i => $"new-{i}")).Order();
        Assert.Equal(expected, (await cluster.CheckAsync(customer)).Order());
        Assert.Equal(0, (await cluster.VerifyAsync(_site)).MismatchCount);
    }

    [Fact]
    public async Task ErasureAfterARewrite_RemovesOldAndNewPages()
    {
        var customer = await LivedAsync("erased", Mixed());
        cluster.Jump(TimeSpan.FromDays(15));
        await cluster.SweepAsync(_site);
        Assert.True((await customer.EraseAsync(default)).VerifiedEmpty);
        await AssertOnlyReferredPagesAsync(customer, new CustomerState());
    }

    [Fact]
    public async Task EvaluationAtACutoffBeforeTheWatermark_IsRefused()
    {
        await cluster.Customer(_site, "any").RecordAsync([Shop.Purchase("p", Now)], default);
        var trainer = cluster.Grains.GetGrain<ITrainerGrain>(_site);
        var request = new TrainingRequest(TrainingPurpose.Evaluate, Now.AddDays(-31), TimeSpan.FromDays(7), Seed: 1, Promote: false);
        var status = await TrainingCluster.EndAsync(trainer, await trainer.StartAsync(request, default));
        Assert.Equal((TrainingState.Failed, true), (status.State, status.FailureIsInput));
        Assert.Equal($"Cutoff {Now.AddDays(-31):O} is before {Now.AddDays(-30):O}: retention has dropped events that it would need.", status.Failure);
    }

    private static System.Collections.Immutable.ImmutableDictionary<string, string> NoAttributes => [];

    private bool IsKept(BehaviourEvent e) => e.Type switch
    {
        EventType.View => e.Timestamp >= Now.AddDays(-30),
        EventType.Search => e.Timestamp >= Now.AddDays(-60),
        _ => true,
    };

    /// <summary>45 events of three types over 29 days, a page for every two or three, oldest first.</summary>
    private BehaviourEvent[] Mixed() =>
    [
        .. Enumerable.Range(0, 45).Select(i => (i % 3) switch
        {
            0 => Shop.Purchase($"p{i}", At(i)) with { Text = Half },
            1 => Shop.View($"v{i}", At(i), Half),
            _ => Shop.View($"s{i}", At(i), Half) with { Type = EventType.Search },
        }),
    ];

    private DateTimeOffset At(int i) => Now.AddHours(-29 * 24).AddHours(15 * i);

    private async Task<ICustomerGrain> LivedAsync(string id, BehaviourEvent[] events)
    {
        var customer = cluster.Customer(_site, id);
        await customer.RecordAsync([.. events], default);
        await customer.LookUpFreshAsync(default);
        return customer;
    }

    private async Task<bool> CrashAtAsync(string id, int point, bool after)
    {
        var events = Mixed();
        var customer = await LivedAsync(id, events);
        cluster.Jump(TimeSpan.FromDays(15));
        var (calls, isDead) = (0, false);
        cluster.Faults.Script(call =>
        {
            if (call.Grain != customer.GetGrainId() || isDead)
            {
                return isDead && call.Grain == customer.GetGrainId() ? StorageFault.FailBefore() : null;
            }

            if (!call.IsChange || Interlocked.Increment(ref calls) < point)
            {
                return null;
            }

            isDead = true;
            return after ? StorageFault.FailAfter() : StorageFault.FailBefore();
        });
        await Record.ExceptionAsync(() => cluster.Grains.GetGrain<ICustomerUpkeepGrain>(customer.GetPrimaryKeyString()).ApplyRetentionAsync(default));
        await cluster.ForgetAsync(customer);
        cluster.Faults.Clear();
        var kept = events.Where(IsKept).Select(e => e.EventId).ToList();
        Assert.Empty(kept.Except(await cluster.CheckAsync(customer)));

        await cluster.SweepAsync(_site);
        await cluster.DriveUntilAsync(async () => (await cluster.StateOfAsync(customer))!.Leftovers is null, phase: "the left-overs to go");
        Assert.Equal(kept, await cluster.CheckAsync(customer));
        await AssertOnlyReferredPagesAsync(customer, (await cluster.StateOfAsync(customer))!);
        return isDead;
    }

    private async Task AssertOnlyReferredPagesAsync(ICustomerGrain customer, CustomerState state)
    {
        var records = cluster.Records(customer);
        var directories = state.Directories.Select(d => d.Number).ToHashSet();
        var pages = state.Pages.Select(p => p.Number).ToHashSet();
        for (var number = 0; number < 40; number++)
        {
            var directory = (await records.ReadAsync<DirectoryRecord>(CustomerStorage.Directory(number))).Value;
            Assert.Equal(directories.Contains(number), directory is not null);
            pages.UnionWith((directory?.Pages ?? []).Select(p => p.Number));
        }

        for (var number = 0; number < 120; number++)
        {
            Assert.Equal(pages.Contains(number), (await records.ReadAsync<PageRecord>(CustomerStorage.Page(number))).Value is not null);
        }
    }
}
