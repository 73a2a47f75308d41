using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Features;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Customers;

public sealed class RecordingTests(ShopCluster cluster) : IClassFixture<ShopCluster>
{
    private readonly string _site = cluster.NewSite();

    private DateTimeOffset Now => cluster.Time.GetUtcNow();

    [Fact]
    public async Task Record_OfAKnownId_CountsOnce_AndReportsOtherContentAsConflict()
    {
        var customer = cluster.Customer(_site, "ann");
        var e = Shop.Purchase("e1", Now.AddDays(-1));
        Assert.Equal(1, (await customer.RecordAsync([e], default)).Added);

        var repeat = await customer.RecordAsync([e, e with { Timestamp = e.Timestamp.ToOffset(TimeSpan.FromHours(2)) }], default);
        Assert.Equal((0, 2, 0), (repeat.Added, repeat.AlreadyKnown, repeat.Refused.Length));
        var conflict = await customer.RecordAsync([e with { UnitPrice = 11m }, Shop.View("e2", Now)], default);
        Assert.Equal((1, 0), (conflict.Added, conflict.AlreadyKnown));
        Assert.Equal(("e1", RefusalKind.Conflict, "eventId"), conflict.Refused.Select(r => (r.EventId, r.Kind, r.Field)).Single());
        Assert.Equal(["e1", "e2"], await cluster.CheckAsync(customer));
        Assert.Equal(10m, (await customer.GetProfileAsync(default)).Spend);
    }

    [Fact]
    public async Task Record_OfOneIdTwiceInOneCall_StoresTheFirst()
    {
        var customer = cluster.Customer(_site, "twice");
        var e = Shop.View("v", Now.AddHours(-1));
        var receipt = await customer.RecordAsync([e, e, e with { Item = "CUP" }], default);
        Assert.Equal((1, 1, RefusalKind.Conflict), (receipt.Added, receipt.AlreadyKnown, receipt.Refused.Single().Kind));
    }

    [Fact]
    public async Task Record_OfLateAndUnorderedEvents_OrdersThem_AlsoAfterAReload()
    {
        var customer = cluster.Customer(_site, "late");
        await customer.RecordAsync([Shop.View("c", Now.AddMinutes(-1)), Shop.View("a", Now.AddDays(-3))], default);
        await customer.RecordAsync([Shop.View("b", Now.AddDays(-2)), Shop.View("a2", Now.AddDays(-3)), Shop.View("0", Now.AddDays(-9))], default);
        await cluster.ForgetAsync(customer);
        Assert.Equal(["0", "a", "a2", "b", "c"], (await customer.ReadAllAsync()).Select(e => e.EventId));
        Assert.Equal(["0", "a", "a2", "b", "c"], await cluster.CheckAsync(customer));
    }

    [Fact]
    public async Task Record_StampsWhenItWasRecorded_AndImportsAreFlagged()
    {
        var customer = cluster.Customer(_site, "stamped");
        await customer.RecordAsync([Shop.View("live", Now.AddDays(-1)) with { RecordedAt = Now.AddYears(-3), Backfilled = true }], default);
        await customer.ImportAsync(new CustomerImport("stamped", [Shop.View("old", Now.AddYears(-1))], []), default);
        var events = await customer.ReadAllAsync();
        Assert.Equal([("old", true, Now), ("live", false, Now)], events.Select(e => (e.EventId, e.Backfilled, e.RecordedAt)));
    }

    [Fact]
    public async Task Record_KeepsSoundEventsBesideRefusedOnes_AndNamesTheField()
    {
        var customer = cluster.Customer(_site, "mixed");
        var receipt = await customer.RecordAsync(
            [
                Shop.View("ok", Now),
                Shop.View("future", Now.AddDays(3)),
                Shop.View("ancient", new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero)),
                Shop.Purchase("negative", Now, price: -1m),
                Shop.View("untyped", Now) with { Type = EventType.None },
                Shop.View(new string('x', 129), Now),
                Shop.View("long", Now, new string('é', (8 * 1024) + 1)),
                Shop.View("nan", Now) with { Rating = float.NaN },
            ],
            default);
        Assert.Equal(1, receipt.Added);
        Assert.All(receipt.Refused, refusal => Assert.Equal(RefusalKind.Invalid, refusal.Kind));
        Assert.Equal(
            ["eventId", "rating", "text", "timestamp", "timestamp", "type", "unitPrice"], receipt.Refused.Select(r => r.Field).Order());
    }

    [Fact]
    public async Task Record_OfTooManyEvents_IsRefusedAsAWhole()
    {
        var customer = cluster.Customer(_site, "much");
        await Assert.ThrowsAsync<ArgumentException>(() => customer.RecordAsync([.. Shop.Views("v", 10_001, Now.AddDays(-9))], default));
        Assert.Equal(SegmentNames.Unknown, (await customer.LookUpAsync()).Segment);
    }

    [Fact]
    public async Task Invoice_Of543Lines_IsOneOrder_AndReadsBack()
    {
        var customer = cluster.Customer(_site, "invoice");
        var lines = Enumerable.Range(0, 543).Select(i => Shop.Purchase($"581217-{i}", Now.AddDays(-2), 1.25m, 3m, "581217")).ToArray();
        Assert.Equal(543, (await customer.RecordAsync([.. lines], default)).Added);
        await cluster.PublishModelAsync(_site);
        var assignment = await customer.LookUpFreshAsync(default);
        Assert.Equal(("high_value", 543L), (assignment.Segment, assignment.EventsSeen));

        var input = cluster.Model.Inputs.Last();
        Assert.Equal(543, Assert.Single(input.Tokens.ToArray()).EventCount);
        var profile = await customer.GetProfileAsync(default);
        Assert.Equal((543 * 3.75m, 1, 543L), (profile.Spend, profile.PurchaseDays, profile.EventCount));
        Assert.Equal(543, (await cluster.CheckAsync(customer)).Count);
    }

    [Fact]
    public async Task DatesOnly_KeepDaysApart_AndTiesInOrderOfId()
    {
        var customer = cluster.Customer(_site, "dates");
        var day = new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);
        var events = Enumerable.Range(0, 30).Select(i => Shop.Purchase($"p{i:D2}", day.AddDays(i / 10))).Reverse().ToArray();
        await customer.ImportAsync(new CustomerImport("dates", [.. events], []), default);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"p{i:D2}"), await cluster.CheckAsync(customer));
        Assert.Equal(3, (await customer.GetProfileAsync(default)).PurchaseDays);
        var state = await cluster.StateOfAsync(customer);
        Assert.Equal([LifetimeAggregates.DayOf(day), LifetimeAggregates.DayOf(day) + 1, LifetimeAggregates.DayOf(day) + 2], state!.ReadAggregates().Days.Keys);
    }

    [Fact]
    public async Task LookUp_OfAnUnknownCustomer_WritesNothing_AndItLeavesEarly()
    {
        var customer = cluster.Customer(_site, "nobody");
        var changes = 0;
        cluster.Faults.Script(call =>
        {
            changes += call.IsChange && call.Grain == customer.GetGrainId() ? 1 : 0;
            return null;
        });
        Assert.Equal((SegmentNames.Unknown, false), await SegmentAsync(customer));
        Assert.Equal((SegmentNames.Unknown, false), ((await customer.LookUpFreshAsync(default)).Segment, false));
        Assert.Empty((await customer.GetHistoryAsync(new HistoryQuery(null, null, null, 10), default)).Events);
        Assert.Equal(0, (await customer.GetProfileAsync(default)).EventCount);
        var gone = cluster.Cluster.WaitForDeactivationAsync(customer);
        cluster.Time.Advance(TimeSpan.FromSeconds(10));
        await gone;
        cluster.Faults.Clear();
        Assert.Equal(0, changes);
        Assert.Null(await cluster.StateOfAsync(customer));
    }

    [Fact]
    public async Task CustomerIds_WithForbiddenCharacters_StaySeparate()
    {
        string[] ids = ["a/b", "a\\b", "a#b", "a?b", "a%2Fb", "a b", "a\nb", "客户", new string('x', 256)];
        foreach (var id in ids)
        {
            await cluster.Customer(_site, id).RecordAsync([Shop.View(id.Length > 100 ? "long" : id, Now)], default);
        }

        foreach (var id in ids)
        {
            var customer = cluster.Customer(_site, id);
            await cluster.ForgetAsync(customer);
            Assert.Equal([id.Length > 100 ? "long" : id], (await customer.ReadAllAsync()).Select(e => e.EventId));
            Assert.Equal(id, (await customer.LookUpAsync()).Customer);
        }
    }

    private static async Task<(string Segment, bool Stale)> SegmentAsync(ICustomerGrain customer)
    {
        var assignment = await customer.LookUpAsync();
        return (assignment.Segment, assignment.Stale);
    }
}
