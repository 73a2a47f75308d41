using System.Collections.Immutable;
using OrleansSeg.Customers;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>A run that is to forget begins from what cannot know erased customers, and begins anew when one is erased on its way.</summary>
public sealed class RestartTests(RunCluster cluster) : IClassFixture<RunCluster>, IDisposable
{
    private readonly string _site = cluster.NewSite();
    private int _customers;
    private bool _isMasked;

    // The clock runs much faster than the machine computes, so nobody may drop out of a masked round by chance.
    private FederatedPlan Plan => new()
    {
        Sites = [_site], TrainersPerSite = _isMasked ? 3 : 2, Rounds = 2, ReportersMin = _isMasked ? 3 : 2, DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
        UpdateClipNorm = 1, SecureAggregation = _isMasked, Forgetting = FederatedPlan.Restart,
    };

    private IModelRegistryGrain Registry => cluster.Grains.GetGrain<IModelRegistryGrain>(_site);

    public void Dispose()
    {
        cluster.Faults.Clear();
        cluster.Work.Meet = (_, _) => Task.CompletedTask;
        cluster.Work.MeetTrained = (_, _, weights) => weights;
    }

    [Theory]
    [InlineData(RunPhase.Fitting, 1, false)]
    [InlineData(RunPhase.Fitting, 2, false)]
    [InlineData(RunPhase.Training, 1, false)]
    [InlineData(RunPhase.Training, 2, false)]
    [InlineData(RunPhase.Evaluating, 2, false)]
    [InlineData(RunPhase.Training, 2, true)]
    public async Task CustomerErasedInAnyStep_LeavesTheWeightsOfARunThatNeverHadThem(RunPhase phase, int round, bool isMasked)
    {
        _isMasked = isMasked;
        var expected = WeightsOf(await RunAsync(Plan));
        var ended = await RunAsync(Plan, await ErasedInAsync(phase, round));
        Assert.Equal(expected, WeightsOf(ended));
        var restart = Assert.Single(ended.Restarts);
        Assert.Equal((phase, phase == RunPhase.Training ? round : 0, $"Erased since the run had begun to read them: 1 customer of {_site}."), (restart.Phase, restart.Round, restart.Because));
        Assert.All(await Registry.GetTaintsAsync(default), taint => Assert.Equal(0, taint.Erasures));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task FailureOfEveryWriteInTurn_OfARunThatBeginsAnew_ChangesNothing(bool isMasked, bool after)
    {
        _isMasked = isMasked;
        var expected = WeightsOf(await RunAsync(Plan));
        var writes = new EveryChange(isMasked ? 20 : 10);
        while (writes.Next())
        {
            var customer = await ErasedInAsync(RunPhase.Training, 2);
            cluster.Faults.Script(call => RunCluster.IsOfRun(call) && writes.Fails() ? StorageFault.Fail(after) : null);
            var ended = await RunAsync(Plan, customer);
            Assert.Equal((expected, writes), (WeightsOf(ended), writes));
            Assert.Single(ended.Restarts);
        }

        Assert.InRange(writes.Broken, isMasked ? 150 : 30, isMasked ? 400 : 150);
    }

    [Fact]
    public async Task RunThatKeeps_GoesOn_ReadsTheCustomerNoMore_AndItsVersionIsMarked()
    {
        var customer = await ErasedInAsync(RunPhase.Training, 1);
        var orders = new HashSet<(RunPhase, int, long)>();
        using var watched = cluster.Calls.On<IFederatedTrainerGrain>("AskAsync", async call =>
        {
            var order = (StepOrder)call.Request.GetArgument(0)!;
            lock (orders)
            {
                orders.Add((order.Step.Phase, order.Step.Round, order.Erasures));
            }

            await call.Invoke();
        });
        var ended = await RunAsync(Plan with { Forgetting = FederatedPlan.Keep }, customer);
        Assert.Empty(ended.Restarts);
        Assert.Equal(
            [(RunPhase.Fitting, 1, 0L), (RunPhase.Fitting, 2, 0), (RunPhase.Training, 1, 0), (RunPhase.Training, 2, 1), (RunPhase.Evaluating, 1, 1), (RunPhase.Evaluating, 2, 1)],
            orders.Order());
        Assert.Equal([1], (await Registry.GetTaintsAsync(default)).Select(taint => taint.Erasures));
        Assert.Equal([(ended.Versions[_site], true)], (await customer.GetErasureAsync(default))!.Forgetting!.Affected.Select(version => (version.Version, version.InService)));
    }

    [Fact]
    public async Task RunOfTaintedModels_BeginsFromTheNewestCleanOne_OrAnew_AndSaysWhy()
    {
        var keep = Plan with { Forgetting = FederatedPlan.Keep };
        var clean = (await RunAsync(keep)).Versions[_site];
        var customer = await NewCustomerAsync();
        var (second, third) = ((await RunAsync(keep)).Versions[_site], (await RunAsync(keep)).Versions[_site]);
        await customer.EraseAsync(default);
        Assert.Equal([0, 1, 1], (await Registry.GetTaintsAsync(default)).Select(taint => taint.Erasures));

        var kept = await RunAsync(keep);
        Assert.Equal((third, null), (kept.Origin!.Versions[_site], kept.Origin.Because));
        var ended = await RunAsync(Plan);
        Assert.Equal(
            (clean, $"version {kept.Versions[_site]} of {_site}, in service, may have learned from 1 customer erased since."), (ended.Origin!.Versions[_site], ended.Origin.Because));
        Assert.Equal([0, 1, 1, 1, 0], (await Registry.GetTaintsAsync(default)).Select(taint => taint.Erasures));

        // A version that is removed leaves its own beginnings to those that came of it.
        await Registry.PromoteAsync(kept.Versions[_site], true, default);
        await Registry.RemoveAsync(second, default);
        Assert.Equal(clean, (await RunAsync(Plan)).Origin!.Versions[_site]);
        await Registry.PromoteAsync(kept.Versions[_site], true, default);
        await Registry.RemoveAsync(clean, default);
        var anew = (await RunAsync(Plan)).Origin!;
        Assert.Empty(anew.Versions);
        Assert.NotNull(anew.Because);
    }

    [Fact]
    public async Task CustomerWhoCameAfterTheWatermark_RestartsNothing()
    {
        cluster.Work.Meet = OnceIn(RunPhase.Training, 1, async () => await (await NewCustomerAsync()).EraseAsync(default));
        Assert.Empty((await RunAsync(Plan)).Restarts);
    }

    [Fact]
    public async Task RunThatCannotEndForErasures_Fails_AndSaysSo()
    {
        var customers = new Queue<ICustomerGrain>();
        for (var number = 0; number <= RunMachine.RestartsMax; number++)
        {
            customers.Enqueue(await NewCustomerAsync());
        }

        cluster.Work.Meet = async (trainer, step) =>
        {
            if (step.Phase == RunPhase.Training && trainer.EndsWith('0') && step.Attempt + customers.Count == RunMachine.RestartsMax + 1)
            {
                await customers.Dequeue().EraseAsync(default);
            }
        };
        var coordinator = cluster.NewFederation();
        await coordinator.StartAsync(Plan, default);
        var ended = await cluster.EndAsync(coordinator);
        Assert.Equal(
            (RunPhase.Failed, $"Erased since the run had begun to read them: 1 customer of {_site}. It has begun anew 10 times for such reasons, and does not once more."), (ended.Phase, ended.Outcome));
        Assert.Empty(await Registry.ListAsync(default));
        await cluster.TidiedAsync(ended);
    }

    private static string WeightsOf(RunStatus run) => string.Join(' ', run.Rounds.SelectMany(round => round.Metrics.Values).Select(weight => weight.ToString("R", null)));

    /// <summary>A customer whom no version has read yet; the clock moves on.</summary>
    private async Task<ICustomerGrain> NewCustomerAsync()
    {
        string id;
        do
        {
            id = $"c{++_customers}";
        }
        while (Holdout.Contains(_site, id));

        cluster.Jump(TimeSpan.FromHours(1));
        var customer = cluster.Customer(_site, id);
        await customer.RecordAsync([Shop.Purchase("first", cluster.Time.GetUtcNow())], default);
        cluster.Jump(TimeSpan.FromHours(1));
        return customer;
    }

    /// <summary>A customer who changes what trainers learn, until a step in which they are erased.</summary>
    private async Task<ICustomerGrain> ErasedInAsync(RunPhase phase, int round)
    {
        var (customer, isErased) = (await NewCustomerAsync(), false);
        cluster.Work.Meet = OnceIn(phase, round, async () =>
        {
            for (var isDone = false; !isDone;)
            {
                try
                {
                    isDone = (await customer.EraseAsync(default)).VerifiedEmpty;
                }
                catch (Exception)
                {
                    // Asked again, as a caller would.
                }
            }

            isErased = true;
        });
        cluster.Work.MeetTrained = (_, _, weights) => isErased ? weights : Array.ConvertAll(weights, weight => weight + 1);
        return customer;
    }

    private static Func<string, StepKey, Task> OnceIn(RunPhase phase, int round, Func<Task> act)
    {
        var isDone = 0;
        return async (_, step) =>
        {
            if ((step.Phase, step.Round) == (phase, round) && Interlocked.Exchange(ref isDone, 1) == 0)
            {
                await act();
            }
        };
    }

    private async Task<RunStatus> RunAsync(FederatedPlan plan, ICustomerGrain? erased = null)
    {
        var coordinator = cluster.NewFederation();
        RunStatus? started = null;
        while (started is null)
        {
            try
            {
                started = await coordinator.StartAsync(plan, default);
            }
            catch (InvalidOperationException)
            {
                // The call before failed, and the run was written all the same.
                started = await coordinator.GetStatusAsync(null, default);
            }
            catch (Exception)
            {
                // Asked again, as a caller would.
            }
        }

        var ended = await cluster.EndAsync(coordinator, started.Run);
        Assert.True(ended.Phase == RunPhase.Done, ended.Outcome);
        await cluster.TidiedAsync(ended);
        Assert.True(erased is null || await erased.GetErasureAsync(default) is not null);
        return ended;
    }
}
