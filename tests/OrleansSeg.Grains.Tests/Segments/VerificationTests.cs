using System.Collections.Immutable;
using OrleansSeg.Customers;
using OrleansSeg.Customers.History;
using OrleansSeg.Customers.Partitions;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Segments;

/// <summary>Verification reads the store: clean data passes, and each broken promise is found.</summary>
public sealed class VerificationTests(SmallPageCluster cluster) : IClassFixture<SmallPageCluster>, IAsyncLifetime
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
    public async Task CleanData_HasNoMismatch_AndIsCounted()
    {
        await FillAsync(25);
        await cluster.Customer(_site, "facts-only").SetAttributesAsync(new Dictionary<string, string?> { ["a"] = "b" }.ToImmutableDictionary(), default);
        await cluster.Customer(_site, "c3").EraseAsync(default);
        await cluster.Customer("another-" + _site, "c1").RecordAsync([Shop.View("v", Now)], default);
        var report = await cluster.VerifyAsync(_site);
        Assert.Empty(report.Mismatches);
        Assert.Equal((24L, 24L * 2, 0L), (report.Customers, report.Events, report.MismatchCount));
    }

    [Fact]
    public async Task SkippedRegistration_IsFound()
    {
        await FillAsync(5);
        using (cluster.Calls.On<IPartitionRegistryGrain>("RegisterAsync", CallScript.Swallow))
        {
            await cluster.Customer(_site, "skipped").RecordAsync([Shop.View("v", Now)], default);
            await cluster.ForgetAsync(cluster.Customer(_site, "skipped"));
        }

        var mismatch = Assert.Single((await cluster.VerifyAsync(_site)).Mismatches);
        Assert.Equal(($"{_site}:skipped", "unregistered"), (mismatch.Customer, mismatch.Kind));
        Assert.Contains("1 events", mismatch.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LostOutboxEntry_IsFound_AndTheSweepReplaysIt()
    {
        await FillAsync(5);
        var customer = cluster.Customer(_site, "c2");
        using (LoseDeliveries())
        {
            await customer.RecordAsync([Shop.Purchase("more", Now, 5_000m)], default);
            Assert.Equal("high_value", (await customer.LookUpFreshAsync(default)).Segment);
            await cluster.ForgetAsync(customer);
            var mismatch = Assert.Single((await cluster.VerifyAsync(_site)).Mismatches);
            Assert.Equal(($"{_site}:c2", "index"), (mismatch.Customer, mismatch.Kind));
            Assert.Contains("high_value", mismatch.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(1, (await cluster.SweepAsync(_site)).Repaired);
        Assert.Equal(0, (await cluster.VerifyAsync(_site)).MismatchCount);
        Assert.Equal(["c2"], await cluster.ReadMembersAsync(_site, "high_value"));
    }

    [Theory]
    [InlineData("segment")]
    [InlineData("probability")]
    [InlineData("version")]
    [InlineData("epoch")]
    public async Task CorruptIndexEntry_IsFoundInTheStore_AndIsRepairedByTheSweep(string what)
    {
        await FillAsync(12);
        Assert.Equal(0, (await cluster.VerifyAsync(_site)).MismatchCount);
        var damaged = await DamageBucketAsync(entry => what switch
        {
            "segment" => entry with { Segment = "lapsing" },
            "probability" => entry with { Probability = 0.123f },
            "version" => entry with { Version = entry.Version + 5 },
            _ => entry with { Epoch = entry.Epoch + 1 },
        });

        // The partition in memory still knows better; that does not count.
        var mismatch = Assert.Single((await cluster.VerifyAsync(_site)).Mismatches);
        Assert.Equal((damaged, "index"), (mismatch.Customer, mismatch.Kind));
        await cluster.ForgetAsync(cluster.Partition(_site, 0));
        Assert.Equal(1, (await cluster.SweepAsync(_site)).Repaired);
        Assert.Equal(0, (await cluster.VerifyAsync(_site)).MismatchCount);
    }

    [Fact]
    public async Task IndexEntryOfNobody_IsAGhost_AndItsCustomerUnregistered()
    {
        await FillAsync(12);
        var damaged = await DamageBucketAsync(entry => entry with { Customer = entry.Customer + "-ghost" });
        var report = await cluster.VerifyAsync(_site);
        Assert.Equal([(damaged, "unregistered"), (damaged + "-ghost", "ghost")], report.Mismatches.Select(m => (m.Customer, m.Kind)).Order());
    }

    [Fact]
    public async Task CustomerThatVanished_IsAGhost()
    {
        await FillAsync(4);
        await cluster.Records(cluster.Customer(_site, "c2")).RemoveAsync<CustomerState>(CustomerStorage.CustomerRecord);
        var mismatch = Assert.Single((await cluster.VerifyAsync(_site)).Mismatches);
        Assert.Equal(($"{_site}:c2", "ghost"), (mismatch.Customer, mismatch.Kind));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("short")]
    [InlineData("damaged")]
    [InlineData("repeated")]
    public async Task BrokenHistory_IsFound(string what)
    {
        await FillAsync(3);
        var customer = cluster.Customer(_site, "c1");
        await customer.RecordAsync([.. Shop.Views("v", 4, Now, new string('x', 5_000))], default);
        var records = cluster.Records(customer);
        var page = await records.ReadAsync<PageRecord>(CustomerStorage.Page(1));
        var block = EventBlock.Parse(page.Value!.Data);
        if (what == "missing")
        {
            await records.RemoveAsync<PageRecord>(CustomerStorage.Page(1));
        }
        else
        {
            var data = what switch
            {
                "short" => block.Slice(0, block.Count - 1).Data,
                "damaged" => page.Value.Data[..^3],
                _ => (await records.ReadAsync<PageRecord>(CustomerStorage.Page(0))).Value!.Data,
            };
            await records.WriteAsync(CustomerStorage.Page(1), page.Value with { Data = data }, page.ETag);
        }

        var mismatch = Assert.Single((await cluster.VerifyAsync(_site)).Mismatches);
        Assert.Equal(($"{_site}:c1", "history"), (mismatch.Customer, mismatch.Kind));
    }

    [Fact]
    public async Task AssignmentOnItsWay_IsWaitedFor()
    {
        await FillAsync(4);
        var gate = new TaskCompletionSource();
        var isSending = false;
        using var rule = cluster.Calls.On<IPartitionRegistryGrain>("ApplyAsync", async context =>
        {
            isSending = true;
            await gate.Task;
            await context.Invoke();
        });
        var customer = cluster.Customer(_site, "c1");
        await customer.RecordAsync([Shop.Purchase("more", Now, 5_000m)], default);
        await customer.LookUpFreshAsync(default);
        await cluster.WaitUntilAsync(() => Volatile.Read(ref isSending), "the delivery");
        var verify = cluster.Grains.GetGrain<IVerificationGrain>(_site).VerifyAsync(default);
        await cluster.Customer(_site, "c2").LookUpAsync();
        gate.SetResult();
        Assert.Empty((await cluster.DriveAsync(verify)).Mismatches);
    }

    private IDisposable LoseDeliveries() => cluster.Calls.On<IPartitionRegistryGrain>("ApplyAsync", context =>
    {
        context.Result = true;
        return Task.CompletedTask;
    });

    private async Task FillAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var customer = cluster.Customer(_site, $"c{i}");
            await customer.RecordAsync([Shop.Purchase("p", Now.AddDays(-i)), Shop.View("v", Now)], default);
            await customer.LookUpFreshAsync(default);
        }

        await cluster.DriveUntilAsync(
            async () => (await cluster.ReadMembersAsync(_site, "promising", 1_000)).Count == count, phase: "the index to settle");
    }

    private async Task<string> DamageBucketAsync(Func<IndexEntry, IndexEntry> damage)
    {
        var records = cluster.Records(cluster.Partition(_site, 0));
        var state = (await records.ReadAsync<PartitionState>(CustomerStorage.PartitionRecord)).Value!;
        var name = CustomerStorage.Index(state.Buckets[^1].Number);
        var bucket = await records.ReadAsync<BucketState>(name);
        var entries = bucket.Value!.Entries;
        await records.WriteAsync(name, new BucketState { Entries = [.. entries[..^1], damage(entries[^1])] }, bucket.ETag);
        return entries[^1].Customer;
    }
}
