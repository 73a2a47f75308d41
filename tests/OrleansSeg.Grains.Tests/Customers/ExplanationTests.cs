using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansSeg.Customers;
using OrleansSeg.Customers.Scoring;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Inference;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Customers;

public sealed class ExplanationTests(ShopCluster cluster) : IClassFixture<ShopCluster>, IAsyncLifetime
{
    private readonly string _site = cluster.NewSite();

    private DateTimeOffset Now => cluster.Time.GetUtcNow();

    private long Computed => cluster.Calls.CountOf<IInferenceWorkerGrain>(nameof(IInferenceWorkerGrain.ExplainAsync));

    public Task InitializeAsync() => cluster.PublishModelAsync(_site);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task AskedAgain_ComputesNothing_UntilTheCustomerOrTheModelChanges()
    {
        var customer = await ScoredAsync("asked");
        var before = Computed;
        var first = await customer.ExplainAsync(default);
        Assert.Equal(("promising", Now, "after 1 events"), (first.Segment, first.AsOf, Assert.Single(first.Counterfactuals).Change));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal((first.ModelVersion, first.Factors[0]), await SaidAsync());
        }

        Assert.Equal(before + 1, Computed);

        async Task<(int, ExplanationFactor)> SaidAsync()
        {
            var said = await customer.ExplainAsync(default);
            return (said.ModelVersion, said.Factors[0]);
        }

        await customer.RecordAsync([Shop.Purchase("p2", Now)], default);
        await customer.LookUpFreshAsync(default);
        Assert.Equal("loyal", (await customer.ExplainAsync(default)).Segment);
        await customer.ExplainAsync(default);
        Assert.Equal(before + 2, Computed);

        await cluster.PublishModelAsync(_site);
        await cluster.Services.GetRequiredService<ModelWatch>().AskAsync(_site, default);
        Assert.Equal(first.ModelVersion + 1, (await customer.ExplainAsync(default)).ModelVersion);
        Assert.Equal(before + 3, Computed);
    }

    [Fact]
    public async Task AScoreRenewed_IsExplainedAnew_AsOfWhenItWasMade()
    {
        var customer = await ScoredAsync("renewed");
        Assert.Equal("3", (await customer.ExplainAsync(default)).Factors[0].Value);
        cluster.Jump(TimeSpan.FromDays(2));
        Assert.Equal("3", (await customer.ExplainAsync(default)).Factors[0].Value);
        await customer.LookUpFreshAsync(default);
        Assert.Equal("5", (await customer.ExplainAsync(default)).Factors[0].Value);
    }

    [Fact]
    public async Task AskedByManyAtOnce_IsComputedOnce_AndACallerMayLeave()
    {
        var customer = await ScoredAsync("many");
        var before = Computed;
        var gate = new TaskCompletionSource();
        using var leaving = new CancellationTokenSource();
        Task<SegmentExplanation>[] asked;
        using (cluster.Calls.On<IInferenceWorkerGrain>(nameof(IInferenceWorkerGrain.ExplainAsync), async call =>
        {
            await gate.Task;
            await call.Invoke();
        }))
        {
            asked = [customer.ExplainAsync(leaving.Token), customer.ExplainAsync(default), customer.ExplainAsync(default)];
            await cluster.WaitUntilAsync(() => Computed > before, "the computation");
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked[0]);
            gate.SetResult();
            Assert.All(await Task.WhenAll(asked[1..]), explanation => Assert.Equal("promising", explanation.Segment));
        }

        Assert.Equal(before + 1, Computed);
    }

    [Fact]
    public async Task AFailure_IsNotKept()
    {
        var customer = await ScoredAsync("failing");
        using (cluster.Calls.On<IInferenceWorkerGrain>(nameof(IInferenceWorkerGrain.ExplainAsync), _ => throw new InferenceUnavailableException("Away.")))
        {
            await Assert.ThrowsAsync<InferenceUnavailableException>(() => customer.ExplainAsync(default));
        }

        Assert.Equal("promising", (await customer.ExplainAsync(default)).Segment);
    }

    [Fact]
    public async Task Erased_OrWithoutConsent_NothingIsKeptInMemory()
    {
        var cache = cluster.Services.GetRequiredService<ExplanationCache>();
        var (erased, shy) = (await ScoredAsync("erased"), await ScoredAsync("shy"));
        await erased.ExplainAsync(default);
        await shy.ExplainAsync(default);
        Assert.NotNull(cache.Find($"{_site}:erased"));
        await erased.EraseAsync(default);
        await shy.SetConsentAsync(ConsentPurpose.Profiling, false, default);
        Assert.Null(cache.Find($"{_site}:erased"));
        Assert.Null(cache.Find($"{_site}:shy"));
    }

    [Fact]
    public void Cache_KeepsTheLatestUsed_AndNoMore()
    {
        var cache = new ExplanationCache(Options.Create(new RescoringOptions { ExplanationsKept = 2 }));
        var explanation = new KeptExplanation(default, Task.FromResult<SegmentExplanation>(null!), default);
        cache.Keep("a", explanation);
        cache.Keep("b", explanation);
        cache.Keep("b", explanation);
        Assert.NotNull(cache.Find("a"));
        cache.Keep("c", explanation);
        Assert.Equal((2, true, false, true), (cache.Count, cache.Find("a") is not null, cache.Find("b") is not null, cache.Find("c") is not null));
    }

    private async Task<ICustomerGrain> ScoredAsync(string id)
    {
        var customer = cluster.Customer(_site, id);
        await customer.RecordAsync([Shop.Purchase("p1", Now.AddDays(-3))], default);
        await customer.LookUpFreshAsync(default);
        return customer;
    }
}
