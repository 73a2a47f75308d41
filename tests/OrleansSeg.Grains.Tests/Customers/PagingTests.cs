using Orleans.Serialization;
using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Customers;
using OrleansSeg.Customers.History;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Customers;

/// <summary>The paged history: bounded records, ids that count once in sealed pages too, reading by range and token.</summary>
public sealed class PagingTests(SmallPageCluster cluster) : IClassFixture<SmallPageCluster>
{
    private const int RecordBytesMax = 983_040;
    /// <summary>Makes an event about 90 bytes, so that 50 fill a page.</summary>
    private static readonly string Text = new('t', 60);

    private static readonly string QuarterPage = new('q', 1_000);

    private readonly string _site = cluster.NewSite();

    private DateTimeOffset Now => cluster.Time.GetUtcNow();

    [Fact]
    public async Task FullHotPage_IsSealedWithTheNextWrite_PageFirst()
    {
        var customer = cluster.Customer(_site, "sealed");
        await customer.RecordAsync([.. Shop.Views("v", 4, Now.AddDays(-2), QuarterPage)], default);
        var order = new List<string>();
        cluster.Faults.Script(call =>
        {
            if (call.Kind == StorageCallKind.Write && call.Grain == customer.GetGrainId())
            {
                order.Add(call.State);
            }

            return null;
        });
        await customer.RecordAsync([Shop.View("w", Now.AddDays(-1))], default);
        cluster.Faults.Clear();
        Assert.Equal(CustomerStorage.Page(0), order[0]);
        Assert.Equal(CustomerStorage.CustomerRecord, order[1]);
        Assert.Equal(["v0", "v1", "v2", "v3", "w"], await cluster.CheckAsync(customer));
        Assert.Equal(1, (await customer.GetProfileAsync(default)).PageCount);
    }

    [Fact]
    public async Task RepeatsAndConflicts_AreFoundInSealedPages_WhateverTimeTheyClaim_AlsoAfterAReload()
    {
        var customer = cluster.Customer(_site, "repeats");
        var events = Shop.Views("v", 400, Now.AddDays(-3), Text);
        await customer.RecordAsync([.. events], default);
        Assert.True((await customer.GetProfileAsync(default)).PageCount > 3);
        await cluster.ForgetAsync(customer);

        var again = await customer.RecordAsync([.. events], default);
        Assert.Equal((0, 400), (again.Added, again.AlreadyKnown));
        var moved = await customer.RecordAsync([events[3] with { Timestamp = Now }, events[399] with { Text = "other" }], default);
        Assert.Equal([RefusalKind.Conflict, RefusalKind.Conflict], moved.Refused.Select(r => r.Kind));
        Assert.Equal(events.Select(e => e.EventId), await cluster.CheckAsync(customer));
    }

    [Fact]
    public async Task LateEvents_ReachBackBehindSealedPages_AndAreReadInOrder()
    {
        var customer = cluster.Customer(_site, "behind");
        await customer.RecordAsync([.. Shop.Views("m", 200, Now.AddDays(-3), Text)], default);
        await customer.RecordAsync([.. Shop.Views("a", 100, Now.AddDays(-9), Text)], default);
        await customer.RecordAsync([.. Shop.Views("between", 100, Now.AddDays(-3).AddSeconds(30), Text)], default);
        var ids = (await customer.ReadAllAsync(limit: 17)).Select(e => e.EventId).ToList();
        Assert.Equal(ids, await cluster.CheckAsync(customer));
        Assert.Equal(400, ids.Distinct().Count());
        Assert.Equal(["m0", "between0", "m1"], ids.Skip(100).Take(3));
    }

    [Fact]
    public async Task PageFoundInPlace_IsAdopted_AndItsIdsLeaveTheHotPage()
    {
        var customer = cluster.Customer(_site, "adopted");
        await customer.RecordAsync([.. Shop.Views("v", 4, Now.AddDays(-2), QuarterPage)], default);
        var state = (await cluster.StateOfAsync(customer))!;
        var hot = EventBlock.Parse(state.Hot);
        Assert.Equal(0, state.NextPage);
        await cluster.Records(customer).WriteAsync(CustomerStorage.Page(0), new PageRecord { Data = hot.Slice(1, 3).Data }, null);

        await customer.RecordAsync([Shop.View("next", Now)], default);
        Assert.Equal(2, Assert.Single((await cluster.StateOfAsync(customer))!.Pages).Count);
        Assert.Equal(["v0", "v1", "v2", "v3", "next"], await cluster.CheckAsync(customer));
    }

    [Fact]
    public async Task History_ByRange_IncludesTheStartAndExcludesTheEnd()
    {
        var customer = cluster.Customer(_site, "range");
        var events = Shop.Views("v", 300, Now.AddDays(-1), Text);
        await customer.RecordAsync([.. events], default);
        var query = new HistoryQuery(events[50].Timestamp, events[250].Timestamp, null, 120);
        var first = await customer.GetHistoryAsync(query, default);
        await customer.RecordAsync([Shop.View("late", events[60].Timestamp.AddSeconds(1)), Shop.View("later", events[240].Timestamp.AddSeconds(1))], default);
        var second = await customer.GetHistoryAsync(query with { PageToken = first.NextPageToken }, default);
        Assert.Null(second.NextPageToken);
        var expected = events[50..250].Select(e => e.EventId).ToList();
        expected.Insert(191, "later");
        Assert.Equal(expected, first.Events.Concat(second.Events).Select(e => e.EventId));
    }

    [Fact]
    public async Task History_OfABadTokenOrLimit_IsRefused()
    {
        var (one, other) = (cluster.Customer(_site, "token-1"), cluster.Customer(_site, "token-2"));
        await one.RecordAsync([.. Shop.Views("v", 3, Now.AddHours(-1), Text)], default);
        await other.RecordAsync([.. Shop.Views("v", 3, Now.AddHours(-1), Text)], default);
        var token = (await one.GetHistoryAsync(new HistoryQuery(null, null, null, 1), default)).NextPageToken;
        await Assert.ThrowsAsync<ArgumentException>(() => other.GetHistoryAsync(new HistoryQuery(null, null, token, 1), default));
        await Assert.ThrowsAsync<ArgumentException>(() => one.GetHistoryAsync(new HistoryQuery(null, null, "nonsense", 1), default));
        await Assert.ThrowsAsync<ArgumentException>(() => one.GetHistoryAsync(new HistoryQuery(null, null, token![..^1], 1), default));
        await Assert.ThrowsAsync<ArgumentException>(() => one.GetHistoryAsync(new HistoryQuery(null, null, null, 0), default));
        await Assert.ThrowsAsync<ArgumentException>(() => one.GetHistoryAsync(new HistoryQuery(null, null, null, 10_001), default));
    }

    [Fact]
    public async Task LongestTexts_MakeHotPagesAndRecordsNoLargerThanPromised()
    {
        var customer = cluster.Customer(_site, "texts");
        var text = new string('é', 8 * 1024);
        for (var i = 0; i < 40; i++)
        {
            await customer.RecordAsync([Shop.View($"v{i}", Now.AddHours(-i), text)], default);
            Assert.InRange((await cluster.StateOfAsync(customer))!.Hot.Length, 1, (4 * 1024) + (17 * 1024));
        }

        Assert.Equal(40, (await cluster.CheckAsync(customer)).Count);
        var history = await customer.ReadAllAsync();
        Assert.All(history, e => Assert.Equal(text, e.Text));
    }

    [Fact]
    public async Task HundredThousandEvents_OfOneCustomer_KeepEveryRecordSmall()
    {
        const int Count = 100_000;
        var customer = cluster.Customer(_site, "whale");
        var from = Now.AddDays(-400);
        var events = Enumerable.Range(0, Count).Select(i => Shop.Purchase($"order-{i / 7}-{i}", from.AddMinutes(5 * i), 1.5m, order: $"order-{i / 7}")).ToArray();
        foreach (var chunk in events.Chunk(10_000))
        {
            var receipt = await customer.ImportAsync(new CustomerImport("whale", [.. chunk], []), default);
            Assert.Equal(chunk.Length, receipt.Added);
        }

        Assert.Equal((0, 10_000), await RepeatAsync(customer, events[40_000..50_000]));
        Assert.Equal(1, (await customer.RecordAsync([Shop.View("live", Now)], default)).Added);
        Assert.Equal([.. events.Select(e => e.EventId), "live"], await cluster.CheckAsync(customer));
        var profile = await customer.GetProfileAsync(default);
        Assert.Equal((Count + 1L, Count * 1.5m), (profile.EventCount, profile.Spend));

        var serializer = cluster.Services.GetRequiredService<Serializer>();
        var state = (await cluster.StateOfAsync(customer))!;
        Assert.InRange(serializer.SerializeToArray(state).Length, 1, 64 * 1024);
        Assert.InRange(state.Pages.Length, 1, 3);
        foreach (var directory in state.Directories)
        {
            var record = (await cluster.Records(customer).ReadAsync<DirectoryRecord>(CustomerStorage.Directory(directory.Number))).Value;
            Assert.InRange(serializer.SerializeToArray(record!).Length, 1, RecordBytesMax);
        }

        await cluster.ForgetAsync(customer);
        var middle = await customer.GetHistoryAsync(new HistoryQuery(events[70_000].Timestamp, null, null, 3), default);
        Assert.Equal(events[70_000..70_003].Select(e => e.EventId), middle.Events.Select(e => e.EventId));
        await cluster.PublishModelAsync(_site);
        Assert.Equal(Count + 1L, (await customer.LookUpFreshAsync(default)).EventsSeen);
        Assert.Equal($"after {Count + 1} events", Assert.Single((await customer.ExplainAsync(default)).Counterfactuals).Change);
    }

    private static async Task<(int Added, int AlreadyKnown)> RepeatAsync(ICustomerGrain customer, BehaviourEvent[] events)
    {
        var receipt = await customer.ImportAsync(new CustomerImport("whale", [.. events], []), default);
        return (receipt.Added, receipt.AlreadyKnown);
    }
}
