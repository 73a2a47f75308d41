using System.Collections.Immutable;
using OrleansSeg.Customers;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Customers;

/// <summary>One write outstanding, shared by whoever comes meanwhile; its failures and uncertain outcomes.</summary>
public sealed class WriteSharingTests(ShopCluster cluster) : IClassFixture<ShopCluster>, IAsyncLifetime
{
    private readonly string _site = cluster.NewSite();

    private DateTimeOffset Now => cluster.Time.GetUtcNow();

    public Task InitializeAsync() => cluster.PublishModelAsync(_site);

    public Task DisposeAsync()
    {
        cluster.Faults.Clear();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task CallsDuringAWrite_ShareTheNextOne()
    {
        var customer = await KnownAsync("busy");
        var gate = new TaskCompletionSource();
        var writes = new List<Task>();
        var count = 0;
        cluster.Faults.Script(call => IsWriteOf(customer, call) && Interlocked.Increment(ref count) == 1 ? StorageFault.Wait(gate.Task) : null);
        writes.Add(customer.RecordAsync([Shop.View("first", Now)], default));
        await cluster.WaitUntilAsync(() => Volatile.Read(ref count) == 1, "the first write");

        writes.AddRange(Enumerable.Range(0, 20).Select(i => customer.RecordAsync([Shop.View($"next-{i}", Now)], default)));
        writes.Add(customer.SetAttributesAsync(new Dictionary<string, string?> { ["country"] = "FR" }.ToImmutableDictionary(), default));
        await customer.LookUpAsync();
        Assert.All(writes, write => Assert.False(write.IsCompleted));
        gate.SetResult();
        await Task.WhenAll(writes);
        Assert.Equal(2, count);
        Assert.Equal(22, (await cluster.CheckAsync(customer)).Count);
    }

    [Fact]
    public async Task LookUpAndHistory_DuringAWrite_AnswerAtOnce_WithoutWhatIsNotAcknowledged()
    {
        var customer = await KnownAsync("watched");
        var before = await customer.LookUpFreshAsync(default);
        var gate = new TaskCompletionSource();
        var isWriting = false;
        cluster.Faults.Script(call =>
        {
            isWriting |= IsWriteOf(customer, call);
            return IsWriteOf(customer, call) ? StorageFault.Wait(gate.Task) : null;
        });
        var write = customer.RecordAsync([Shop.Purchase("big", Now, 5_000m)], default);
        await cluster.WaitUntilAsync(() => Volatile.Read(ref isWriting), "the write");

        var during = await customer.LookUpAsync();
        Assert.Equal((before.Segment, before.AssignedAt, 1L, false), (during.Segment, during.AssignedAt, during.EventsSeen, during.Stale));
        Assert.Equal(["known"], (await customer.ReadAllAsync()).Select(e => e.EventId));
        Assert.Equal(1, (await customer.GetProfileAsync(default)).EventCount);
        Assert.False(write.IsCompleted);
        gate.SetResult();
        await write;
        Assert.True((await customer.LookUpAsync()).Stale);
        Assert.Equal(["known", "big"], (await customer.ReadAllAsync()).Select(e => e.EventId));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task UncertainWrite_IsSettledByReadingBack_AndCountsOnce(bool happened, bool isKnown)
    {
        var customer = cluster.Customer(_site, $"uncertain-{happened}-{isKnown}");
        if (isKnown)
        {
            await customer.RecordAsync([Shop.View("before", Now.AddDays(-1))], default);
        }

        var failed = 0;
        cluster.Faults.Script(call => !IsWriteOf(customer, call) || Interlocked.Increment(ref failed) > 1 ? null
            : happened ? StorageFault.FailAfter() : StorageFault.FailBefore());
        var receipts = await Task.WhenAll(
            customer.RecordAsync([Shop.View("a", Now), Shop.View("b", Now)], default), customer.RecordAsync([Shop.View("a", Now), Shop.View("c", Now)], default));
        Assert.Equal((3, 1), (receipts.Sum(r => r.Added), receipts.Sum(r => r.AlreadyKnown)));
        Assert.All(receipts, receipt => Assert.Empty(receipt.Refused));
        Assert.Equal(isKnown ? ["before", "a", "b", "c"] : ["a", "b", "c"], await cluster.CheckAsync(customer));
    }

    [Fact]
    public async Task ConflictingWrite_OfAnotherActivation_IsReadBack_AndNothingIsLost()
    {
        var customer = await KnownAsync("twin");
        var records = cluster.Records(customer);
        var stored = await records.ReadAsync<CustomerState>(CustomerStorage.CustomerRecord);
        await records.WriteAsync(CustomerStorage.CustomerRecord, stored.Value! with { IndexedVersion = 0, TrainingConsent = false }, stored.ETag);

        Assert.Equal(1, (await customer.RecordAsync([Shop.View("mine", Now)], default)).Added);
        Assert.False((await cluster.StateOfAsync(customer))!.TrainingConsent);
        Assert.Equal(["known", "mine"], await cluster.CheckAsync(customer));
    }

    [Fact]
    public async Task StoreThatStaysBroken_FailsEveryCaller_LosesNothingAcknowledged_AndWorksAgainAfterwards()
    {
        var customer = await KnownAsync("broken");
        cluster.Faults.Script(call => IsWriteOf(customer, call) ? StorageFault.FailBefore(new IOException("database or disk is full")) : null);
        var calls = Enumerable.Range(0, 5).Select(i => customer.RecordAsync([Shop.View($"lost-{i}", Now)], default)).ToArray();
        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAnyAsync<Exception>(() => call);
            Assert.Contains("disk is full", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["known"], await cluster.CheckAsync(customer));
        cluster.Faults.Clear();
        Assert.Equal(1, (await customer.RecordAsync([Shop.View("lost-0", Now)], default)).Added);
        Assert.Equal(["known", "lost-0"], await cluster.CheckAsync(customer));
    }

    [Fact]
    public async Task StoreThatCannotBeReadBack_EndsTheActivation_AndTheNextOneReads()
    {
        var customer = await KnownAsync("blind");
        var isBroken = false;
        cluster.Faults.Script(call =>
        {
            isBroken |= IsWriteOf(customer, call);
            return isBroken && call.Grain == customer.GetGrainId() ? (call.IsChange ? StorageFault.FailAfter() : StorageFault.FailBefore()) : null;
        });
        await Assert.ThrowsAnyAsync<Exception>(() => customer.RecordAsync([Shop.View("maybe", Now)], default));
        cluster.Faults.Clear();

        // The write had happened; nobody was told so. A repeat is known.
        Assert.Equal(["known", "maybe"], (await customer.ReadAllAsync()).Select(e => e.EventId));
        Assert.Equal((0, 1), await CountsAsync(customer.RecordAsync([Shop.View("maybe", Now)], default)));
    }

    [Fact]
    public async Task AttributesThatBreakABound_FailTheirCallerAlone_AlsoWhenTheyShareAWrite()
    {
        var customer = await KnownAsync("crowded");
        var gate = new TaskCompletionSource();
        var isWriting = false;
        cluster.Faults.Script(call =>
        {
            isWriting |= IsWriteOf(customer, call);
            return IsWriteOf(customer, call) ? StorageFault.Wait(gate.Task) : null;
        });
        var first = customer.RecordAsync([Shop.View("first", Now)], default);
        await cluster.WaitUntilAsync(() => Volatile.Read(ref isWriting), "the write");
        var import = new CustomerImport(
            "crowded", [Shop.View("old", Now.AddDays(-50))], Many("c", 40).ToImmutableDictionary(a => a.Key, a => a.Value!));
        Task[] claims = [customer.SetAttributesAsync(Many("a", 40), default), customer.SetAttributesAsync(Many("b", 40), default), customer.ImportAsync(import, default)];
        var record = customer.RecordAsync([Shop.View("second", Now)], default);
        gate.SetResult();
        await Task.WhenAll(first, record);
        var refused = 0;
        foreach (var claim in claims)
        {
            if (await Record.ExceptionAsync(() => claim) is { } refusal)
            {
                Assert.Contains("at most 64", Assert.IsType<ArgumentException>(refusal).Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.Equal(2, refused);
        Assert.Equal(40, (await customer.GetProfileAsync(default)).Attributes.Count);
        Assert.Equal(["old", "known", "first", "second"], await cluster.CheckAsync(customer));
    }

    private static ImmutableDictionary<string, string?> Many(string prefix, int count) =>
        Enumerable.Range(0, count).ToImmutableDictionary(i => $"{prefix}{i}", i => (string?)"x");

    private static async Task<(int Added, int AlreadyKnown)> CountsAsync(Task<RecordReceipt> call)
    {
        var receipt = await call;
        return (receipt.Added, receipt.AlreadyKnown);
    }

    private static bool IsWriteOf(ICustomerGrain customer, StorageCall call) =>
        call is { Kind: StorageCallKind.Write, State: CustomerStorage.CustomerRecord } && call.Grain == customer.GetGrainId();

    private async Task<ICustomerGrain> KnownAsync(string id)
    {
        var customer = cluster.Customer(_site, id);
        await customer.RecordAsync([Shop.View("known", Now.AddMinutes(-9))], default);
        Assert.NotEqual(SegmentNames.Unknown, (await customer.LookUpAsync()).Segment);
        return customer;
    }
}
