using System.Collections.Immutable;
using OrleansSeg.Customers;
using OrleansSeg.Customers.History;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Inference;
using OrleansSeg.Persistence.Sqlite;
using OrleansSeg.Segments;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansSeg.Grains.Tests.Customers;

public sealed class ErasureTests(SmallPageCluster cluster) : IClassFixture<SmallPageCluster>, IAsyncLifetime
{
    private static readonly string Page = new('p', 5_000);
    private readonly string _site = cluster.NewSite();

    private DateTimeOffset Now => cluster.Time.GetUtcNow();

    public Task InitializeAsync() => cluster.PublishModelAsync(_site);

    public Task DisposeAsync()
    {
        cluster.Faults.Clear();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Erase_LeavesATombstoneAndNothingElse_AndSaysSo()
    {
        var customer = await LivedAsync("gone");
        await WriteAheadPageAsync(customer);
        var receipt = await customer.EraseAsync(default);
        Assert.Equal(("gone", 13L, 9), (receipt.Customer, receipt.EventsErased, receipt.PagesErased));
        Assert.Equal((true, true, true, Now), (receipt.IndexEntryErased, receipt.TrainingEligibilityEnded, receipt.VerifiedEmpty, receipt.ErasedAt));
        Assert.Matches("^[0-9a-f]{64}$", receipt.CustomerHash);
        await AssertNothingLeftAsync(customer);

        Assert.Equal(SegmentNames.Unknown, (await customer.LookUpAsync()).Segment);
        Assert.Empty(await customer.ReadAllAsync());
        Assert.Empty((await customer.GetProfileAsync(default)).Attributes);
        await cluster.ForgetAsync(customer);
        Assert.Equal(SegmentNames.Unknown, (await customer.LookUpAsync()).Segment);
        Assert.Equal(0, (await cluster.VerifyAsync(_site)).MismatchCount);
    }

    [Fact]
    public async Task Erase_Again_GivesTheSameProof()
    {
        var customer = await LivedAsync("again");
        var first = await customer.EraseAsync(default);
        cluster.Jump(TimeSpan.FromHours(1));
        await cluster.ForgetAsync(customer);
        var second = await customer.EraseAsync(default);
        Assert.Equal(first with { IndexEntryErased = false, Forgetting = null }, second with { Forgetting = null });
        await AssertNothingLeftAsync(customer);
    }

    [Fact]
    public async Task Erase_CalledTwiceAtOnce_ErasesOnce()
    {
        var customer = await LivedAsync("both");
        var receipts = await Task.WhenAll(customer.EraseAsync(default), customer.EraseAsync(default), customer.EraseAsync(default));
        Assert.All(receipts, receipt => Assert.Equal((13L, true), (receipt.EventsErased, receipt.VerifiedEmpty)));
        Assert.Single(receipts, receipt => receipt.IndexEntryErased);
    }

    [Fact]
    public async Task Import_OfAnErasedPast_BringsNoAttributesBack()
    {
        var customer = await LivedAsync("forgotten");
        await customer.EraseAsync(default);
        await cluster.ForgetAsync(customer);
        var country = ImmutableDictionary<string, string>.Empty.Add("country", "FR");
        await PartitionOf("forgotten").ImportAsync([new CustomerImport("forgotten", [Shop.View("x", Now.AddDays(-1))], country)], default);
        Assert.Empty((await customer.GetProfileAsync(default)).Attributes);
        Assert.Equal(SegmentNames.Unknown, (await customer.LookUpAsync()).Segment);

        await PartitionOf("forgotten").ImportAsync([new CustomerImport("forgotten", [Shop.View("y", Now)], country)], default);
        Assert.Equal("FR", (await customer.GetProfileAsync(default)).Attributes["country"]);
    }

    [Fact]
    public async Task Tombstone_RefusesOlderEvents_AlsoInImports_AndLaterOnesBeginANewLife()
    {
        var customer = await LivedAsync("back");
        await customer.EraseAsync(default);
        var erasedAt = Now;
        await cluster.ForgetAsync(customer);
        var older = await customer.RecordAsync([Shop.View("first", erasedAt.AddDays(-40)), Shop.View("just", erasedAt.AddTicks(-1))], default);
        Assert.Equal([RefusalKind.Erased, RefusalKind.Erased], older.Refused.Select(r => r.Kind));
        var partition = PartitionOf("back");
        var import = await partition.ImportAsync([new CustomerImport("back", [Shop.View("x", erasedAt.AddDays(-1))], [])], default);
        Assert.Equal(1L, import.Refused[RefusalKind.Erased]);
        await AssertNothingLeftAsync(customer);

        cluster.Jump(TimeSpan.FromDays(1));
        Assert.Equal(1, (await customer.RecordAsync([Shop.Purchase("new", Now)], default)).Added);
        Assert.Equal(("promising", 1L), await FreshAsync(customer));
        Assert.Equal(["new"], await cluster.CheckAsync(customer));
        await cluster.DriveUntilAsync(async () => (await cluster.VerifyAsync(_site)).MismatchCount == 0, phase: "the index");

        var secondLife = await customer.RecordAsync([.. Shop.Views("page-", 9, Now.AddMinutes(1), Page)], default);
        Assert.Equal(9, secondLife.Added);
        await cluster.ForgetAsync(customer);
        Assert.Equal(10, (await cluster.CheckAsync(customer)).Count);
        var receipt = await customer.EraseAsync(default);
        Assert.Equal((10L, true, true), (receipt.EventsErased, receipt.IndexEntryErased, receipt.VerifiedEmpty));
    }

    [Fact]
    public async Task Erase_OfSomebodyUnknown_IsRememberedToo()
    {
        var customer = cluster.Customer(_site, "stranger");
        var receipt = await customer.EraseAsync(default);
        Assert.Equal((0L, 0, false, true), (receipt.EventsErased, receipt.PagesErased, receipt.IndexEntryErased, receipt.VerifiedEmpty));
        Assert.Equal(RefusalKind.Erased, (await customer.RecordAsync([Shop.View("v", Now.AddDays(-1))], default)).Refused.Single().Kind);
    }

    [Fact]
    public async Task ScoreUnderWay_IsDroppedByEpoch_AlsoWhenANewLifeHasBegun()
    {
        var customer = cluster.Customer(_site, "scoring");
        await customer.RecordAsync([Shop.Purchase("rich", Now.AddDays(-1), 9_000m)], default);
        var gate = new TaskCompletionSource();
        var calls = 0;
        using (cluster.Calls.On<IInferenceWorkerGrain>("ScoreAsync", async call =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                await gate.Task;
            }

            await call.Invoke();
        }))
        {
            var fresh = customer.LookUpFreshAsync(default);
            await cluster.WaitUntilAsync(() => Volatile.Read(ref calls) == 1, "the scoring");
            await customer.EraseAsync(default);
            cluster.Time.Advance(TimeSpan.FromSeconds(1));
            await customer.RecordAsync([Shop.View("new", Now)], default);
            gate.SetResult();
            await fresh;
        }

        Assert.Equal(("browser", 1L), await FreshAsync(customer));
        Assert.Null((await customer.LookUpAsync()).ChurnProbability);
    }

    [Fact]
    public async Task EventsRecordedDuringAnErasure_WaitForIt_AndAreNotLost()
    {
        var customer = await LivedAsync("during");
        var gate = new TaskCompletionSource();
        var isErasing = false;
        cluster.Faults.Script(call =>
        {
            isErasing |= call.Kind == StorageCallKind.Clear;
            return call.Kind == StorageCallKind.Clear && call.Grain == customer.GetGrainId() ? StorageFault.Wait(gate.Task) : null;
        });
        var erasing = customer.EraseAsync(default);
        await cluster.WaitUntilAsync(() => Volatile.Read(ref isErasing), "the erasure");
        var record = customer.RecordAsync([Shop.View("after", Now), Shop.View("before", Now.AddDays(-1))], default);
        Assert.Equal(SegmentNames.Unknown, (await customer.LookUpAsync()).Segment);
        Assert.False(record.IsCompleted);
        gate.SetResult();
        Assert.True((await erasing).VerifiedEmpty);
        Assert.Equal((1, RefusalKind.Erased), ((await record).Added, (await record).Refused.Single().Kind));
        await cluster.ForgetAsync(customer);
        Assert.Equal(["after"], await cluster.CheckAsync(customer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CrashAtEveryCallOfAnErasure_IsFinishedByTheSweep(bool after)
    {
        var points = 0;
        for (var point = 1; ; point++, points++)
        {
            var customer = await LivedAsync($"crash-{after}-{point}");
            var calls = 0;
            var isDead = false;
            var grain = customer.GetGrainId();
            cluster.Faults.Script(call =>
            {
                if (isDead || !(call.IsChange && (call.Grain == grain || call.State == CustomerStorage.TombstoneRecord)) || Interlocked.Increment(ref calls) < point)
                {
                    return isDead && call.Grain == grain ? StorageFault.FailBefore() : null;
                }

                isDead = true;
                return after ? StorageFault.FailAfter() : StorageFault.FailBefore();
            });
            var failure = await Record.ExceptionAsync(() => customer.EraseAsync(default));
            await cluster.ForgetAsync(customer);
            cluster.Faults.Clear();
            if (!isDead)
            {
                Assert.Null(failure);
                break;
            }

            var isMarked = await cluster.StateOfAsync(customer) is not { IsKnown: true };
            await PartitionOf($"crash-{after}-{point}").SweepAsync(100, default);
            if (isMarked)
            {
                await AssertNothingLeftAsync(customer);
                Assert.Equal(RefusalKind.Erased, (await customer.RecordAsync([Shop.View("v", Now.AddTicks(-1))], default)).Refused.Single().Kind);
            }
            else
            {
                Assert.Equal(13, (await cluster.CheckAsync(customer)).Count);
            }

            Assert.True((await customer.EraseAsync(default)).VerifiedEmpty);
            await AssertNothingLeftAsync(customer);
        }

        Assert.InRange(points, 13, 40);
    }

    private async Task<ICustomerGrain> LivedAsync(string id)
    {
        var customer = cluster.Customer(_site, id);
        await customer.RecordAsync([Shop.Purchase("first", Now.AddDays(-40)), Shop.View("second", Now.AddDays(-39)), Shop.View("third", Now.AddDays(-38))], default);
        await customer.RecordAsync([.. Shop.Views("page-", 9, Now.AddDays(-30), Page)], default);
        await customer.RecordAsync([Shop.View("last", Now.AddMinutes(-1))], default);
        await customer.SetAttributesAsync(new Dictionary<string, string?> { ["country"] = "FR" }.ToImmutableDictionary(), default);
        await customer.LookUpFreshAsync(default);
        return customer;
    }

    /// <summary>The page that a write which failed after sealing would leave.</summary>
    private async Task WriteAheadPageAsync(ICustomerGrain customer)
    {
        var state = (await cluster.StateOfAsync(customer))!;
        await cluster.Records(customer).WriteAsync(CustomerStorage.Page(state.NextPage), new PageRecord { Epoch = state.Epoch, Data = state.Hot }, null);
    }

    private async Task AssertNothingLeftAsync(ICustomerGrain customer)
    {
        var catalog = cluster.Services.GetRequiredService<SqliteGrainCatalog>();
        string[] states =
        [
            CustomerStorage.CustomerRecord, .. Enumerable.Range(0, 20).Select(CustomerStorage.Page), .. Enumerable.Range(0, 8).Select(CustomerStorage.Directory),
        ];
        foreach (var state in states)
        {
            Assert.DoesNotContain(customer.GetGrainId(), catalog.Enumerate(state, customer.GetGrainId().ToString()));
        }

        var id = CustomerKey.Parse(customer.GetPrimaryKeyString()).CustomerId;
        var registered = await PartitionOf(id).GetCustomersAsync(null, 10_000, default);
        Assert.DoesNotContain(id, registered.CustomerIds);
    }

    private IPartitionGrain PartitionOf(string id)
    {
        var number = CustomerKey.Create(_site, id).PartitionOf(2);
        return cluster.Grains.GetGrain<IPartitionGrain>(new PartitionKey(_site, number).GrainKey);
    }

    private static async Task<(string Segment, long EventsSeen)> FreshAsync(ICustomerGrain customer)
    {
        var assignment = await customer.LookUpFreshAsync(default);
        return (assignment.Segment, assignment.EventsSeen);
    }
}
