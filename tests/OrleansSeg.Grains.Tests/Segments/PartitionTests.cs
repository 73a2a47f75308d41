using System.Collections.Immutable;
using OrleansSeg.Customers;
using OrleansSeg.Customers.Partitions;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Segments;

/// <summary>Registration before the first acknowledgement, bounded buckets, bulk calls.</summary>
public sealed class PartitionTests(SmallPageCluster cluster) : IClassFixture<SmallPageCluster>, IAsyncLifetime
{
    private readonly string _site = cluster.NewSite();

    private DateTimeOffset Now => cluster.Time.GetUtcNow();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        cluster.Faults.Clear();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Registration_ComesBeforeTheFirstWrite_AndItsFailureFailsTheCall()
    {
        var customer = cluster.Customer(_site, "first");
        using (cluster.Calls.On<IPartitionRegistryGrain>("RegisterAsync", _ => throw new IOException("no registration")))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => customer.RecordAsync([Shop.View("v", Now)], default));
        }

        Assert.Null(await cluster.StateOfAsync(customer));
        Assert.Empty(await cluster.PartitionOf(_site, "first").ReadCustomersAsync());

        var order = new List<string>();
        cluster.Faults.Script(call =>
        {
            if (call.Kind == StorageCallKind.Write && call.Grain.Key.ToString()!.StartsWith(_site, StringComparison.Ordinal))
            {
                lock (order)
                {
                    order.Add(call.State);
                }
            }

            return null;
        });
        await customer.RecordAsync([Shop.View("v", Now)], default);
        Assert.Equal([CustomerStorage.PartitionRecord, CustomerStorage.Index(0), CustomerStorage.CustomerRecord], order);
    }

    [Fact]
    public async Task ManyRegistrationsAtOnce_ShareWrites_AndSplitIntoBoundedBuckets()
    {
        var ids = Partitions.IdsIn(_site, 0, 300);
        var imports = ids.Select(id => new CustomerImport(id, [Shop.Purchase("p", Now.AddDays(-2))], ImmutableDictionary<string, string>.Empty)).ToImmutableArray();
        var partition = cluster.Partition(_site, 0);
        var receipt = await partition.ImportAsync(imports, default);
        Assert.Equal((300, 300L, 0L), (receipt.Customers, receipt.Added, receipt.AlreadyKnown));
        Assert.Equal(ids.Order(StringComparer.Ordinal), await partition.ReadCustomersAsync());

        var records = cluster.Records(partition);
        var state = (await records.ReadAsync<PartitionState>(CustomerStorage.PartitionRecord)).Value!;
        Assert.Empty(state.Reserved);
        Assert.True(state.Buckets.Length >= 300 / 4);
        foreach (var bucket in state.Buckets)
        {
            Assert.InRange((await records.ReadAsync<BucketState>(CustomerStorage.Index(bucket.Number))).Value!.Entries.Length, 1, 4);
        }

        await cluster.ForgetAsync(partition);
        Assert.Equal(300, (await partition.ReadCustomersAsync(limit: 1_000)).Count);
        var again = await partition.ImportAsync(imports, default);
        Assert.Equal((0L, 300L), (again.Added, again.AlreadyKnown));
        Assert.Equal(0, (await cluster.VerifyAsync(_site)).MismatchCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CrashAtEveryWriteOfSplits_LosesNoRegistration(bool after)
    {
        var points = 0;
        for (var (point, isDead) = (1, true); isDead; point++, points++)
        {
            isDead = await CrashAtAsync(cluster.NewSite(), point, after);
        }

        Assert.InRange(points, 15, 80);
    }

    [Fact]
    public async Task RegistrationWithoutACustomer_IsRemovedByTheSweep_NotWhileTheCustomerIsComing()
    {
        var partition = cluster.PartitionOf(_site, "nobody");
        await cluster.Grains.GetGrain<IPartitionRegistryGrain>(partition.GetPrimaryKeyString()).RegisterAsync($"{_site}:nobody", 0);
        Assert.Equal(["nobody"], await partition.ReadCustomersAsync());
        Assert.Equal(0, (await cluster.VerifyAsync(_site)).MismatchCount);

        var customer = cluster.Customer(_site, "coming");
        var gate = new TaskCompletionSource();
        var isWriting = false;
        cluster.Faults.Script(call =>
        {
            if (call is not { Kind: StorageCallKind.Write, State: CustomerStorage.CustomerRecord } || call.Grain != customer.GetGrainId())
            {
                return null;
            }

            isWriting = true;
            return StorageFault.Wait(gate.Task);
        });
        var record = customer.RecordAsync([Shop.View("v", Now)], default);
        await cluster.WaitUntilAsync(() => Volatile.Read(ref isWriting), "the first write");
        var calls = cluster.Calls.CountOf<ICustomerUpkeepGrain>("ReconcileAsync");
        var sweep = cluster.SweepAsync(_site);
        await cluster.WaitUntilAsync(() => cluster.Calls.CountOf<ICustomerUpkeepGrain>("ReconcileAsync") > calls, "the sweep");
        gate.SetResult();
        await record;
        await sweep;
        Assert.Equal(["coming"], (await cluster.Partition(_site, 0).ReadCustomersAsync()).Concat(await cluster.Partition(_site, 1).ReadCustomersAsync()));
        Assert.Equal(0, (await cluster.VerifyAsync(_site)).MismatchCount);
    }

    [Fact]
    public async Task ImportThatStoresNothing_LeavesNoRegistration()
    {
        var partition = cluster.PartitionOf(_site, "bad");
        var import = new CustomerImport("bad", [Shop.View("v", Now.AddDays(9))], ImmutableDictionary<string, string>.Empty);
        var receipt = await partition.ImportAsync([import], default);
        Assert.Equal(1L, receipt.Refused[RefusalKind.Invalid]);
        Assert.Equal("timestamp", Assert.Single(receipt.RefusedExamples).Field);
        Assert.Empty(await partition.ReadCustomersAsync());
    }

    [Fact]
    public async Task LookUpMany_AnswersInOrder_AndRefusesStrangers()
    {
        await cluster.PublishModelAsync(_site);
        var ids = Partitions.IdsIn(_site, 1, 30);
        foreach (var id in ids[..20])
        {
            await cluster.Customer(_site, id).RecordAsync([Shop.Purchase("p", Now)], default);
        }

        await cluster.Customer(_site, ids[0]).LookUpFreshAsync(default);
        var asked = ids.AsEnumerable().Reverse().ToImmutableArray();
        var answers = await cluster.Partition(_site, 1).LookUpManyAsync(asked, default);
        Assert.Equal(asked, answers.Select(a => a.Customer));
        Assert.Equal(10, answers.Count(a => a.Segment == SegmentNames.Unknown));
        Assert.Equal("promising", answers[^1].Segment);
        await Assert.ThrowsAsync<ArgumentException>(() => cluster.Partition(_site, 0).LookUpManyAsync([ids[0]], default));
        await Assert.ThrowsAsync<ArgumentException>(() => cluster.Partition(_site, 1).LookUpManyAsync([.. Enumerable.Repeat(ids[0], 1_001)], default));
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.Partition(_site, 2).ReadCustomersAsync());
    }

    private async Task<bool> CrashAtAsync(string site, int point, bool after)
    {
        var ids = Partitions.IdsIn(site, 0, 12);
        var partition = cluster.Partition(site, 0);
        var (calls, isDead) = (0, false);
        cluster.Faults.Script(call =>
        {
            if (call.Grain != partition.GetGrainId())
            {
                return null;
            }

            if (isDead || !call.IsChange || Interlocked.Increment(ref calls) < point)
            {
                return isDead ? StorageFault.FailBefore() : null;
            }

            isDead = true;
            return after ? StorageFault.FailAfter() : StorageFault.FailBefore();
        });
        var acknowledged = new List<string>();
        foreach (var id in ids.Where((_, i) => i % 2 == 0).Concat(ids.Where((_, i) => i % 2 == 1)))
        {
            if (await Record.ExceptionAsync(() => cluster.Customer(site, id).RecordAsync([Shop.View("v", Now)], default)) is null)
            {
                acknowledged.Add(id);
            }
        }

        await cluster.ForgetAsync(partition);
        cluster.Faults.Clear();
        var registered = await partition.ReadCustomersAsync();
        Assert.Equal(registered.Distinct().Order(StringComparer.Ordinal), registered);
        Assert.Empty(acknowledged.Except(registered));
        Assert.Empty((await cluster.Records(partition).ReadAsync<PartitionState>(CustomerStorage.PartitionRecord)).Value?.Reserved ?? []);
        foreach (var id in ids)
        {
            await cluster.Customer(site, id).RecordAsync([Shop.View("v", Now)], default);
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), await partition.ReadCustomersAsync());
        Assert.Equal(0, (await cluster.VerifyAsync(site)).MismatchCount);
        return isDead;
    }
}
