using OrleansSeg.Customers;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Inference;
using OrleansSeg.Models;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Customers;

/// <summary>Assignments follow behaviour: debounced, in the background, through overload and absence.</summary>
public sealed class RescoringTests(ShopCluster cluster) : IClassFixture<ShopCluster>, IAsyncLifetime
{
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(100);
    private readonly string _site = cluster.NewSite();

    private DateTimeOffset Now => cluster.Time.GetUtcNow();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        cluster.Faults.Clear();
        cluster.Model.FailOn(null);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task BurstOfEvents_IsScoredOnce_AfterItIsQuiet()
    {
        await cluster.PublishModelAsync(_site);
        var customer = cluster.Customer(_site, "burst");
        var scored = cluster.Model.Inputs.Count;
        for (var i = 0; i < 4; i++)
        {
            await customer.RecordAsync([Shop.Purchase($"p{i}", Now, 7m)], default);
            cluster.Time.Advance(Debounce / 2);
            var waiting = await customer.LookUpAsync();
            Assert.Equal((SegmentNames.Unscored, true, 0L), (waiting.Segment, waiting.Stale, waiting.EventsSeen));
        }

        await FreshAsync(customer);
        var assignment = await customer.LookUpAsync();
        Assert.Equal(("promising", 4L, 1), (assignment.Segment, assignment.EventsSeen, assignment.ModelVersion));
        Assert.Equal(1, cluster.Model.Inputs.Count - scored);
        Assert.Equal(1f, assignment.Probabilities.Sum(p => p.Probability), 5);
        Assert.Equal(2.8f, assignment.ExpectedValue);
    }

    [Fact]
    public async Task EventsThatKeepComing_PutScoringOffNoLongerThanTheBound()
    {
        await cluster.PublishModelAsync(_site);
        var customer = cluster.Customer(_site, "steady");
        var recorded = 0;
        while ((await customer.LookUpAsync()).Segment == SegmentNames.Unscored)
        {
            Assert.True(recorded < 200, "never scored while events came");
            await customer.RecordAsync([Shop.View($"v{recorded++}", Now)], default);
            await Task.Delay(1);
            cluster.Time.Advance(Debounce / 2);
        }
    }

    [Fact]
    public async Task LookUpFresh_WaitsForItsOwnEvents_WithoutTheDebounce()
    {
        await cluster.PublishModelAsync(_site);
        var customer = cluster.Customer(_site, "fresh");
        await customer.RecordAsync([Shop.Purchase("p", Now, 2_000m)], default);
        var assignment = await customer.LookUpFreshAsync(default);
        Assert.Equal(("high_value", 1L, false), (assignment.Segment, assignment.EventsSeen, assignment.Stale));
        Assert.Equal(assignment.AssignedAt, (await customer.LookUpFreshAsync(default)).AssignedAt);
    }

    [Fact]
    public async Task LookUpFresh_WhoseCallerLeaves_IsCancelled_AndScoringGoesOn()
    {
        await cluster.PublishModelAsync(_site);
        var customer = cluster.Customer(_site, "impatient");
        var gate = new TaskCompletionSource();
        using var rule = cluster.Calls.On<IInferenceWorkerGrain>("ScoreAsync", async call =>
        {
            await gate.Task;
            await call.Invoke();
        });
        await customer.RecordAsync([Shop.Purchase("p", Now)], default);
        using var leaving = new CancellationTokenSource();
        var fresh = customer.LookUpFreshAsync(leaving.Token);
        Assert.Equal(SegmentNames.Unscored, (await customer.LookUpAsync()).Segment);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fresh);
        gate.SetResult();
        await FreshAsync(customer);
    }

    [Fact]
    public async Task Overload_KeepsTheOldAssignment_MarkedStale_AndIsRetriedWithBackOff()
    {
        await cluster.PublishModelAsync(_site);
        var customer = cluster.Customer(_site, "overloaded");
        await customer.RecordAsync([Shop.Purchase("p1", Now.AddDays(-5))], default);
        Assert.Equal("promising", (await customer.LookUpFreshAsync(default)).Segment);

        var tries = 0;
        using (cluster.Calls.On<IInferenceWorkerGrain>("ScoreAsync", _ =>
        {
            Interlocked.Increment(ref tries);
            throw new InferenceOverloadedException(TimeSpan.FromSeconds(3), 8_192);
        }))
        {
            await customer.RecordAsync([Shop.Purchase("p2", Now)], default);
            await cluster.DriveUntilAsync(() => Task.FromResult(Volatile.Read(ref tries) == 1), phase: "the first try");
            var stale = await customer.LookUpAsync();
            Assert.Equal(("promising", true, 1L), (stale.Segment, stale.Stale, stale.EventsSeen));

            // The next try waits at least as long as inference asked for.
            var refusedAt = Now;
            await cluster.DriveUntilAsync(() => Task.FromResult(Volatile.Read(ref tries) == 2), TimeSpan.FromMilliseconds(200), "the second try");
            Assert.True(Now - refusedAt >= TimeSpan.FromSeconds(3));
            Assert.Equal(1, (await customer.RecordAsync([Shop.View("v", Now)], default)).Added);
        }

        await FreshAsync(customer);
        Assert.Equal(("loyal", 3L), await SegmentAsync(customer));
    }

    [Fact]
    public async Task InferenceThatIsAway_IsRetried_AndNothingIsLost()
    {
        await cluster.PublishModelAsync(_site);
        var customer = cluster.Customer(_site, "away");
        using (cluster.Calls.On<IInferenceWorkerGrain>("ScoreAsync", _ => throw new OrleansException("No active nodes are compatible.")))
        {
            await customer.RecordAsync([Shop.Purchase("p", Now)], default);
            for (var i = 0; i < 20; i++)
            {
                cluster.Time.Advance(TimeSpan.FromMilliseconds(500));
                Assert.Equal(SegmentNames.Unscored, (await customer.LookUpAsync()).Segment);
            }
        }

        await FreshAsync(customer);
        Assert.Equal(("promising", 1L), await SegmentAsync(customer));
    }

    [Fact]
    public async Task WithoutAModel_TheAnswerIsUnscored_AndFreshDoesNotWait()
    {
        var customer = cluster.Customer(_site, "early");
        await customer.RecordAsync([Shop.Purchase("p", Now)], default);
        var assignment = await customer.LookUpFreshAsync(default);
        Assert.Equal((SegmentNames.Unscored, true, 0), (assignment.Segment, assignment.Stale, assignment.ModelVersion));
        Assert.Empty(assignment.Probabilities);
        await Assert.ThrowsAsync<InvalidOperationException>(() => customer.ExplainAsync(default));
    }

    [Fact]
    public async Task InputThatInferenceRefuses_IsNotRetried_UntilTheCustomerBehavesAnew()
    {
        await cluster.PublishModelAsync(_site);
        var customer = cluster.Customer(_site, "refused");
        var tries = 0;
        using (cluster.Calls.On<IInferenceWorkerGrain>("ScoreAsync", call =>
        {
            // Customers of other tests are retried when the clock moves.
            if (call.Request.GetArgument(0) is not ScoringRequest { Site: var site } || site != _site)
            {
                return call.Invoke();
            }

            tries++;
            throw new ArgumentException("The input is too long.");
        }))
        {
            await customer.RecordAsync([Shop.Purchase("p", Now)], default);
            Assert.True((await customer.LookUpFreshAsync(default)).Stale);

            // Recording and the fresh look-up may each have asked once. The clock stays below the reminder's period, because the sweep asks anew.
            var asked = tries;
            Assert.InRange(asked, 1, 2);
            for (var i = 0; i < 10; i++)
            {
                cluster.Time.Advance(TimeSpan.FromSeconds(10));
                await customer.LookUpAsync();
            }

            Assert.Equal(asked, tries);
        }

        await customer.RecordAsync([Shop.View("v", Now)], default);
        await FreshAsync(customer);
    }

    [Fact]
    public async Task BehaviourDuringScoring_LeavesTheAssignmentStale_AndIsScoredNext()
    {
        await cluster.PublishModelAsync(_site);
        var customer = cluster.Customer(_site, "moving");
        var gate = new TaskCompletionSource();
        var calls = 0;
        using var rule = cluster.Calls.On<IInferenceWorkerGrain>("ScoreAsync", async call =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                await gate.Task;
            }

            await call.Invoke();
        });
        await customer.RecordAsync([Shop.Purchase("p1", Now.AddDays(-2))], default);
        var first = customer.LookUpFreshAsync(default);
        await cluster.WaitUntilAsync(() => Volatile.Read(ref calls) == 1, "the first scoring");
        await customer.RecordAsync([Shop.Purchase("p2", Now)], default);
        var second = customer.LookUpFreshAsync(default);
        await customer.LookUpAsync();
        gate.SetResult();
        Assert.Equal(2, (await second).EventsSeen);
        Assert.InRange((await first).EventsSeen, 1, 2);
        Assert.Equal(("loyal", 2L), await SegmentAsync(customer));
    }

    [Fact]
    public async Task AssignmentOlderThanTheRefreshAge_OrOfAnOlderModel_IsStale()
    {
        await cluster.PublishModelAsync(_site);
        var customer = cluster.Customer(_site, "aging");
        await customer.RecordAsync([Shop.Purchase("p", Now)], default);
        Assert.False((await customer.LookUpFreshAsync(default)).Stale);
        cluster.Jump(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.False((await customer.LookUpAsync()).Stale);
        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await customer.LookUpAsync()).Stale);
        Assert.False((await customer.LookUpFreshAsync(default)).Stale);

        // The sweep that the clock may wake would renew the assignment before anyone sees it stale.
        using var unswept = cluster.Calls.On<ICustomerUpkeepGrain>("RefreshAsync", call =>
        {
            call.Result = RefreshOutcome.Unavailable;
            return Task.CompletedTask;
        });
        await cluster.PublishModelAsync(_site);
        await cluster.DriveUntilAsync(async () => (await customer.LookUpAsync()).Stale, TimeSpan.FromSeconds(1), "news of the newer model");
        Assert.Equal(2, (await customer.LookUpFreshAsync(default)).ModelVersion);
    }

    [Fact]
    public async Task Customer_LeftDirtyByACrash_IsScoredWhenNextInMemory()
    {
        await cluster.PublishModelAsync(_site);
        var customer = cluster.Customer(_site, "woken");
        await customer.RecordAsync([Shop.Purchase("p", Now)], default);
        await cluster.ForgetAsync(customer);
        Assert.Equal(SegmentNames.Unscored, (await customer.LookUpAsync()).Segment);
        await FreshAsync(customer);
        Assert.Equal(("promising", 1L), await SegmentAsync(customer));
    }

    [Fact]
    public async Task Registry_IsNotAskedByLookUps()
    {
        await cluster.PublishModelAsync(_site);
        var customer = cluster.Customer(_site, "quiet");
        await customer.RecordAsync([Shop.Purchase("p", Now)], default);
        await customer.LookUpFreshAsync(default);
        using var rule = cluster.Calls.On<IModelRegistryGrain>("GetCurrentAsync", _ => new TaskCompletionSource().Task);
        cluster.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("promising", (await customer.LookUpAsync()).Segment);
        Assert.Equal("promising", (await customer.LookUpAsync()).Segment);
    }

    private static async Task<(string Segment, long EventsSeen)> SegmentAsync(ICustomerGrain customer)
    {
        var assignment = await customer.LookUpAsync();
        return (assignment.Segment, assignment.EventsSeen);
    }

    /// <summary>Moves the clock until the assignment reflects everything, without asking for it.</summary>
    private Task FreshAsync(ICustomerGrain customer) =>
        cluster.DriveUntilAsync(async () => !(await customer.LookUpAsync()).Stale, phase: $"the scoring of {customer.GetPrimaryKeyString()}");
}
