using System.Collections.Immutable;
using OrleansSeg.Customers;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Customers;

public sealed class ProfileTests(ShopCluster cluster) : IClassFixture<ShopCluster>, IAsyncLifetime
{
    private readonly string _site = cluster.NewSite();

    private DateTimeOffset Now => cluster.Time.GetUtcNow();

    public Task InitializeAsync() => cluster.PublishModelAsync(_site);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Attributes_AreSetAndRemoved_AndReachTheModelInOrder()
    {
        var customer = cluster.Customer(_site, "attributes");
        await customer.RecordAsync([Shop.Purchase("p", Now)], default);
        await customer.SetAttributesAsync(Attributes(("country", "FR"), ("age", "30-39"), ("gone", "x")), default);
        await customer.SetAttributesAsync(Attributes(("gone", null), ("country", "DE")), default);
        await cluster.ForgetAsync(customer);
        Assert.Equal(
            new Dictionary<string, string> { ["country"] = "DE", ["age"] = "30-39" }.ToImmutableSortedDictionary(),
            (await customer.GetProfileAsync(default)).Attributes.ToImmutableSortedDictionary());
        await customer.LookUpFreshAsync(default);
        Assert.Equal(["age=30-39", "country=DE"], cluster.Model.Inputs.Last().Attributes);
    }

    [Fact]
    public async Task Attributes_ThatBreakABound_AreRefused_NamingTheAttribute()
    {
        var customer = cluster.Customer(_site, "bounds");
        var tooLong = await Assert.ThrowsAsync<ArgumentException>(() => customer.SetAttributesAsync(Attributes(("city", new string('x', 257))), default));
        Assert.Contains("'city'", tooLong.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => customer.SetAttributesAsync(Attributes(("", "x")), default));
        await Assert.ThrowsAsync<ArgumentException>(() => customer.SetAttributesAsync(Attributes([.. Enumerable.Range(0, 65).Select(i => ($"a{i}", (string?)"x"))]), default));
        Assert.Equal(SegmentNames.Unknown, (await customer.LookUpAsync()).Segment);
    }

    [Fact]
    public async Task ImportedAttributes_ThatAreHeldAlready_CauseNoWrite()
    {
        var customer = cluster.Customer(_site, "same");
        var import = new CustomerImport("same", [Shop.Purchase("p", Now.AddDays(-9))], Attributes(("country", "FR")).ToImmutableDictionary(a => a.Key, a => a.Value!));
        await customer.ImportAsync(import, default);
        await customer.LookUpFreshAsync(default);
        var revision = (await cluster.StateOfAsync(customer))!.Revision;
        var receipt = await customer.ImportAsync(import, default);
        Assert.Equal((0, 1), (receipt.Added, receipt.AlreadyKnown));
        Assert.Equal(revision, (await cluster.StateOfAsync(customer))!.Revision);
    }

    [Fact]
    public async Task Import_ForAnotherCustomer_IsRefused()
    {
        var customer = cluster.Customer(_site, "me");
        await Assert.ThrowsAsync<ArgumentException>(() => customer.ImportAsync(new CustomerImport("you", [], []), default));
    }

    [Fact]
    public async Task WithoutConsentToProfiling_FactsAreKept_AndNoSegmentIs()
    {
        var customer = cluster.Customer(_site, "private");
        await customer.RecordAsync([Shop.Purchase("p1", Now.AddDays(-2))], default);
        Assert.Equal("promising", (await customer.LookUpFreshAsync(default)).Segment);
        await customer.SetConsentAsync(ConsentPurpose.Profiling, false, default);
        var unprofiled = await customer.LookUpAsync();
        Assert.Equal((SegmentNames.Unprofiled, false, 0, 0), (unprofiled.Segment, unprofiled.Stale, unprofiled.Probabilities.Length, unprofiled.ModelVersion));
        Assert.Null(unprofiled.ChurnProbability);
        Assert.Null((await cluster.StateOfAsync(customer))!.Assignment);

        var scored = cluster.Model.Inputs.Count;
        await customer.RecordAsync([Shop.Purchase("p2", Now)], default);
        await cluster.ForgetAsync(customer);
        Assert.Equal(SegmentNames.Unprofiled, (await customer.LookUpFreshAsync(default)).Segment);
        await Assert.ThrowsAsync<InvalidOperationException>(() => customer.ExplainAsync(default));
        Assert.Equal(scored, cluster.Model.Inputs.Count);
        Assert.Equal(2, (await customer.GetProfileAsync(default)).EventCount);
        await WaitForSegmentAsync(customer, SegmentNames.Unprofiled);

        await customer.SetConsentAsync(ConsentPurpose.Profiling, true, default);
        Assert.Equal("loyal", (await customer.LookUpFreshAsync(default)).Segment);
        await WaitForSegmentAsync(customer, "loyal");
        Assert.Equal(0, (await cluster.VerifyAsync(_site)).MismatchCount);
    }

    [Fact]
    public async Task ConsentWithdrawnDuringScoring_DropsTheScore()
    {
        var customer = cluster.Customer(_site, "sudden");
        await customer.RecordAsync([Shop.Purchase("p1", Now)], default);
        var gate = new TaskCompletionSource();
        var isScoring = false;
        using var rule = cluster.Calls.On<OrleansSeg.Inference.IInferenceWorkerGrain>("ScoreAsync", async call =>
        {
            isScoring = true;
            await gate.Task;
            await call.Invoke();
        });
        var fresh = customer.LookUpFreshAsync(default);
        await cluster.WaitUntilAsync(() => Volatile.Read(ref isScoring), "the scoring");
        await customer.SetConsentAsync(ConsentPurpose.Profiling, false, default);
        gate.SetResult();
        Assert.Equal(SegmentNames.Unprofiled, (await fresh).Segment);
        Assert.Null((await cluster.StateOfAsync(customer))!.Assignment);
    }

    [Fact]
    public async Task Consent_ForNoPurposeThereIs_FailsItsCallerAlone()
    {
        var customer = cluster.Customer(_site, "odd");
        await customer.RecordAsync([Shop.Purchase("p1", Now)], default);
        var odd = customer.SetConsentAsync((ConsentPurpose)9, true, default);
        var record = customer.RecordAsync([Shop.Purchase("p2", Now)], default);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => odd);
        Assert.Equal(1, (await record).Added);
    }

    [Fact]
    public async Task ProfileAndHistory_HoldEverythingAnExportNeeds()
    {
        var customer = cluster.Customer(_site, "export");
        var e = Shop.Purchase("p1", Now.AddDays(-2).ToOffset(TimeSpan.FromHours(1)), 2.50m, 3m, "o-1") with
        {
            Category = "kitchen", Currency = "EUR", Channel = "web", Rating = 4.5f, Text = "a mug, \"blue\"",
        };
        await customer.RecordAsync([e], default);
        await customer.SetConsentAsync(ConsentPurpose.Training, false, default);
        var stored = Assert.Single(await customer.ReadAllAsync());
        Assert.Equal(e with { RecordedAt = Now }, stored);
        Assert.Equal(e.Timestamp.Offset, stored.Timestamp.Offset);
        var profile = await customer.GetProfileAsync(default);
        Assert.Equal("export", profile.Customer);
        Assert.Equal((true, false), (profile.Consents[ConsentPurpose.Profiling], profile.Consents[ConsentPurpose.Training]));
        Assert.Equal(("Purchase", 1L), profile.EventCounts.Select(c => (c.Key, c.Value)).Single());
    }

    [Fact]
    public async Task Explain_AsksTheModelInService()
    {
        var customer = cluster.Customer(_site, "explained");
        await Assert.ThrowsAsync<InvalidOperationException>(() => customer.ExplainAsync(default));
        await customer.RecordAsync([Shop.Purchase("p1", Now.AddDays(-3))], default);
        var explanation = await customer.ExplainAsync(default);
        Assert.Equal(("explained", "promising", 1, "3"), (explanation.Customer, explanation.Segment, explanation.ModelVersion, explanation.Factors[0].Value));
    }

    private static ImmutableDictionary<string, string?> Attributes(params (string Name, string? Value)[] attributes) =>
        attributes.ToImmutableDictionary(a => a.Name, a => a.Value);

    private Task WaitForSegmentAsync(ICustomerGrain customer, string segment) => cluster.DriveUntilAsync(
        async () =>
        {
            var members = await cluster.Grains.GetGrain<ISegmentGrain>($"{_site}:{segment}").GetMembersAsync(null, 100, default);
            return members.Members.Any(member => member.Customer == customer.GetPrimaryKeyString().Split(':')[1]);
        },
        phase: $"the index to say {segment}");
}
