using System.Security.Cryptography;
using System.Text.RegularExpressions;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Inference;
using OrleansSeg.Models;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Real customers, the real network: what a federated run puts into service.</summary>
public sealed partial class FederatedTrainingTests(TrainingCluster cluster) : IClassFixture<TrainingCluster>
{
    [Fact]
    public async Task TwoSites_TrainOneModel_ThatServesBoth_AndARunBrokenInEveryStepMakesTheSame()
    {
        string[] sites = [await cluster.NewShopAsync(500), await cluster.NewShopAsync(300)];
        cluster.Jump(TimeSpan.FromMinutes(1));
        var plan = new FederatedPlan { Sites = [.. sites], TrainersPerSite = 2, Rounds = 3, Seed = 7, Horizon = TimeSpan.FromDays(60), Promote = false, DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1) };
        var undisturbed = await RunAsync("undisturbed", plan, _ => Task.CompletedTask);
        Assert.Equal(3, undisturbed.Rounds.Length);
        Assert.All(undisturbed.Rounds, round => Assert.Equal(4, round.Reporters.Length));

        var phases = new HashSet<(RunPhase, int)>();
        var broken = await RunAsync("broken", plan with { Promote = true }, async status =>
        {
            if (phases.Add((status.Phase, status.Round)))
            {
                await cluster.ForgetAsync(cluster.Grains.GetGrain<IFederatedCoordinatorGrain>("broken"));
            }
        });
        Assert.True(phases.Count > 6, $"The run was broken in {phases.Count} steps only.");
        Assert.Equal(await WeightsOfAsync(undisturbed), await WeightsOfAsync(broken));

        foreach (var site in sites)
        {
            var listed = await cluster.Grains.GetGrain<IModelRegistryGrain>(site).ListAsync(default);
            Assert.Equal(undisturbed.Versions[site], listed[0].Version);
            var card = SegmentModel.ReadCard(BundleFolder.Read(cluster.Services.GetRequiredService<IModelStore>().LocalFolder, listed[0].Sha256));
            Assert.Equal(("fedavg", 2), (card.Lineage!.Strategy, card.Lineage.Thresholds.Count));
        }
    }

    [Theory]
    [InlineData("scaffold", "topk")]
    [InlineData("fedadam", "int8")]
    public async Task StateOfStrategiesAndTrainers_OutlivesTheCoordinator_RoundAfterRound(string strategy, string compression)
    {
        var site = await cluster.NewShopAsync(500);
        cluster.Jump(TimeSpan.FromMinutes(1));
        var plan = new FederatedPlan
        {
            Sites = [site], TrainersPerSite = 2, Rounds = 3, Strategy = strategy, Compression = compression, Horizon = TimeSpan.FromDays(60), Promote = false,
            DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
        };
        var undisturbed = await RunAsync($"undisturbed-{strategy}", plan, _ => Task.CompletedTask);
        var phases = new HashSet<(RunPhase, int)>();
        var broken = await RunAsync($"broken-{strategy}", plan, async status =>
        {
            if (phases.Add((status.Phase, status.Round)))
            {
                await cluster.ForgetAsync(cluster.Grains.GetGrain<IFederatedCoordinatorGrain>($"broken-{strategy}"));
                foreach (var trainer in plan.Trainers)
                {
                    await cluster.ForgetAsync(cluster.Grains.GetGrain<IFederatedTrainerGrain>($"{trainer}@broken-{strategy}"));
                }
            }
        });
        Assert.Equal(await WeightsOfAsync(undisturbed), await WeightsOfAsync(broken));
        var plain = await RunAsync($"plain-{strategy}", plan with { Compression = "none" }, _ => Task.CompletedTask);
        Assert.InRange((double)undisturbed.Rounds[0].Bytes / plain.Rounds[0].Bytes, 0, strategy == "scaffold" ? 0.75 : 0.5);
    }

    [Fact]
    public async Task LateUpdate_CountsInTheNextRound_AndARunBrokenInEveryStepMakesTheSame()
    {
        var site = await cluster.NewShopAsync(500);
        cluster.Jump(TimeSpan.FromMinutes(1));
        var plan = new FederatedPlan
        {
            Sites = [site], TrainersPerSite = 2, Rounds = 3, ReportersMin = 1, LateUpdates = "keep", Strategy = "fedadam", Compression = "topk", Horizon = TimeSpan.FromDays(60), Promote = false,
            DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
        };
        using var slow = new Straggler(cluster, "late-undisturbed", $"{site}:1", 1);
        slow.Begin();
        var undisturbed = await RunAsync("late-undisturbed", plan, status =>
        {
            slow.Look(status);
            return Task.CompletedTask;
        });
        Assert.Equal((2, $"{site}:1", 1), (undisturbed.Rounds[1].Reporters.Length, undisturbed.Rounds[1].Late.Keys.Single(), undisturbed.Rounds[1].Late.Values.Single()));
        Assert.Equal([0, 1, 0], undisturbed.Rounds.Select(round => round.Late.Count));

        var phases = new HashSet<(RunPhase, int)>();
        using var again = new Straggler(cluster, "late-broken", $"{site}:1", 1);
        again.Begin();
        var broken = await RunAsync("late-broken", plan, async status =>
        {
            again.Look(status);
            if (phases.Add((status.Phase, status.Round)))
            {
                await cluster.ForgetAsync(cluster.Grains.GetGrain<IFederatedCoordinatorGrain>("late-broken"));
                foreach (var trainer in plan.Trainers)
                {
                    await cluster.ForgetAsync(cluster.Grains.GetGrain<IFederatedTrainerGrain>($"{trainer}@late-broken"));
                }
            }
        });
        Assert.Equal(await WeightsOfAsync(undisturbed), await WeightsOfAsync(broken));
        Assert.Equal(undisturbed.Rounds.Select(round => round.Metrics.Values), broken.Rounds.Select(round => round.Metrics.Values));

        // Were it not in the mean, the second round would make what it makes when the update never comes.
        using var never = new Straggler(cluster, "late-for-ever", $"{site}:1", 1) { Comes = false };
        never.Begin();
        var without = await RunAsync("late-for-ever", plan, status =>
        {
            never.Look(status);
            return Task.CompletedTask;
        });
        Assert.Equal([1, 1, 1], without.Rounds.Select(round => round.Reporters.Length));
        Assert.Equal(WeightsAfter(undisturbed, 1), WeightsAfter(without, 1));
        Assert.NotEqual(WeightsAfter(undisturbed, 2), WeightsAfter(without, 2));

        string WeightsAfter(RunStatus run, int round) => Convert.ToHexStringLower(SHA256.HashData(Read(run.Rounds[round - 1].Model)["weights.safetensors"]));
    }

    [Fact]
    public async Task SiteHeads_GiveEachSiteAModelOfItsOwn_OnOneBase_AndTheNextRunGoesOnFromThem()
    {
        string[] sites = [await cluster.NewShopAsync(500), await cluster.NewShopAsync(400)];
        cluster.Jump(TimeSpan.FromMinutes(1));
        var plan = new FederatedPlan
        {
            Sites = [.. sites], TrainersPerSite = 2, Rounds = 2, Scope = "site-heads", Horizon = TimeSpan.FromDays(60), DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
        };
        plan = plan with { Promote = false };
        var undisturbed = await RunAsync("heads-undisturbed", plan, _ => Task.CompletedTask);
        var phases = new HashSet<(RunPhase, int)>();
        var broken = await RunAsync("heads-broken", plan, async status =>
        {
            if (phases.Add((status.Phase, status.Round)))
            {
                await cluster.ForgetAsync(cluster.Grains.GetGrain<IFederatedCoordinatorGrain>("heads-broken"));
            }
        });
        foreach (var site in sites)
        {
            Assert.Equal(await TensorsOfAsync(undisturbed, site), await TensorsOfAsync(broken, site));
        }

        var (one, other) = (await TensorsOfAsync(broken, sites[0]), await TensorsOfAsync(broken, sites[1]));
        Assert.All(one.Keys, name => Assert.Equal(IsHead(name), one[name] != other[name]));

        // Put in service by hand: who is held out hangs on the sites' names, and with him what the gate would say.
        foreach (var site in sites)
        {
            await cluster.Grains.GetGrain<IModelRegistryGrain>(site).PromoteAsync(broken.Versions[site], default);
        }

        // Its rounds train the base for both; the heads that it ends with are those of each site, whichever round was best.
        var next = await RunAsync("heads-next", plan with { Rounds = 1 }, _ => Task.CompletedTask);
        Assert.True(next.Rounds[0].Metrics["validationLogLossBefore"] < undisturbed.Rounds[0].Metrics["validationLogLossBefore"]);

        static bool IsHead(string name) => Regex.IsMatch(name, @"^members\.\d+\.(segment|churn|spend)\.");
    }

    [Theory]
    [InlineData("fusion", 0.6, "attribute.", "fuse.", "mix.", "segment.", "churn.", "spend.")]
    [InlineData("heads", 0.2, "segment.", "churn.", "spend.")]
    public async Task PartOfTheWeights_SendsLess_AndLeavesTheRestAsItWas(string scope, double share, params string[] trained)
    {
        var site = await cluster.NewShopAsync(500);
        cluster.Jump(TimeSpan.FromMinutes(1));
        var plan = new FederatedPlan
        {
            Sites = [site], Rounds = 1, Horizon = TimeSpan.FromDays(60), Promote = false, DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
        };
        var whole = await RunAsync($"{scope}-whole", plan, _ => Task.CompletedTask);
        var some = await RunAsync($"{scope}-some", plan with { Scope = scope }, _ => Task.CompletedTask);
        Assert.InRange((double)some.Rounds[0].Bytes, 1, share * whole.Rounds[0].Bytes);
        var card = SegmentModel.ReadCard(await FilesOfAsync(site, some.Versions[site]));
        var (began, ended) = (TensorsOf(Read(card.Lineage!.Base)), await TensorsOfAsync(some, site));
        Assert.All(began.Keys, name => Assert.Equal(IsTrained(name), began[name] != ended[name]));

        bool IsTrained(string name) => trained.Any(begin => name.StartsWith($"members.0.{begin}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunWithACondition_TrainsWhenLabelsHaveMatured_AndNotBefore()
    {
        var site = await cluster.NewShopAsync(400);
        cluster.Jump(TimeSpan.FromMinutes(1));
        var plan = new FederatedPlan
        {
            Sites = [site], Rounds = 1, Horizon = TimeSpan.FromDays(60), Promote = false, DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
            Condition = new RunCondition { MaturedLabels = 100, FeatureDrift = 1_000, SegmentDrift = 1_000, CalibrationError = 0.999, ModelAge = TimeSpan.FromDays(500) },
        };
        var first = await RunAsync("conditional", plan, _ => Task.CompletedTask);
        Assert.Equal((1, "A site has no model in service that this version can load."), (first.Rounds.Length, first.Cause));
        await cluster.Grains.GetGrain<IModelRegistryGrain>(site).PromoteAsync(first.Versions[site], default);

        var soon = await RunAsync("conditional", plan, _ => Task.CompletedTask);
        Assert.Empty(soon.Rounds);
        Assert.Empty(soon.Versions);
        Assert.Matches(
            @"^Not needed: drift of feature \w+ of all sites \d+\.\d{3} of 1000\.000; drift of segment shares of all sites \d+\.\d{3} of 1000\.000; "
            + @"no forecast has turned out since; 0 new labels of 100; the model in service is 0 days behind of 500\.$",
            soon.Outcome);

        cluster.Jump(TimeSpan.FromDays(35));
        await cluster.Customer(site, "c1").RecordAsync([Shop.Purchase("late", cluster.Time.GetUtcNow())], default);
        cluster.Jump(TimeSpan.FromMinutes(1));
        var later = await RunAsync("conditional", plan, _ => Task.CompletedTask);
        Assert.Single(later.Rounds);
        Assert.Matches(@"^\d{3} new labels of 100\.$", later.Cause);
        Assert.InRange(later.Findings["maturedLabels"], 2 * 300, 2 * 400);
    }

    [Theory]
    [InlineData("fedavg", "none")]
    [InlineData("scaffold", "topk")]
    public async Task ErasedCustomer_IsForgottenToTheBit_AsIfTheShopHadNeverHadThem(string strategy, string compression)
    {
        // Another cluster, whose shop of the same name never had the customer.
        var without = new TrainingCluster();
        await without.InitializeAsync();
        await using var ended = new Ending(without.DisposeAsync);
        var (number, site) = (0, $"forgetful-{strategy}");
        while (Holdout.Contains(site, $"c{number}"))
        {
            number++;
        }

        var plan = new FederatedPlan
        {
            Sites = [site], TrainersPerSite = 2, Rounds = 2, Seed = 7, Strategy = strategy, Compression = compression, Forgetting = FederatedPlan.Restart, Horizon = TimeSpan.FromDays(60),
            DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
        };
        var jump = cluster.Time.GetUtcNow() - without.Time.GetUtcNow();
        without.Jump(jump);
        foreach (var shop in new[] { cluster, without })
        {
            await shop.NewShopAsync(400, site, shop == without ? $"c{number}" : null);
            shop.Jump(TimeSpan.FromMinutes(1));
        }

        var never = await without.RunAsync($"never-{strategy}", plan, _ => Task.CompletedTask);
        var expected = await WeightsOfAsync(without, never);

        // First a model that knows the customer; then one that is erased on the way.
        var knowing = await RunAsync($"knowing-{strategy}", plan, _ => Task.CompletedTask);
        Assert.NotEqual(expected, await WeightsOfAsync(knowing));
        var isErased = false;
        var forgetting = await RunAsync($"forgetting-{strategy}", plan, async status =>
        {
            if ((status.Phase, status.Round, isErased) == (RunPhase.Training, 2, false))
            {
                isErased = (await cluster.Customer(site, $"c{number}").EraseAsync(default)).VerifiedEmpty;
            }
        });
        Assert.Equal(expected, await WeightsOfAsync(forgetting));
        Assert.Equal(never.Rounds.Select(round => round.Metrics["validationLogLossBefore"]), forgetting.Rounds.Select(round => round.Metrics["validationLogLossBefore"]));
        Assert.Equal((1, 0), (forgetting.Restarts.Length, forgetting.Origin!.Versions.Count));
        Assert.Equal(
            [1, 0], (await cluster.Grains.GetGrain<IModelRegistryGrain>(site).GetTaintsAsync(default)).Select(taint => taint.Erasures));

        // From there runs go on again.
        await cluster.Grains.GetGrain<IModelRegistryGrain>(site).PromoteAsync(forgetting.Versions[site], default);
        var later = await RunAsync($"later-{strategy}", plan with { Promote = false }, _ => Task.CompletedTask);
        Assert.Equal(forgetting.Versions[site], later.Origin!.Versions[site]);
    }

    [Fact]
    public async Task RunThatNeverDidBetterThanWhatItBeganWith_RegistersNothing_AndSaysWhy()
    {
        var site = await cluster.NewShopAsync(400);
        cluster.Jump(TimeSpan.FromMinutes(1));
        var plan = new FederatedPlan { Sites = [site], Rounds = 1, Horizon = TimeSpan.FromDays(60), DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1) };
        var first = await RunAsync("no-better", plan with { Promote = false }, _ => Task.CompletedTask);
        await cluster.Grains.GetGrain<IModelRegistryGrain>(site).PromoteAsync(first.Versions[site], default);

        // Of so much noise no model comes.
        var noise = new FederatedPrivacy { Unit = ProtectedUnit.Trainer, NoiseMultiplier = 100 };
        var second = await RunAsync("no-better", plan with { Privacy = noise, UpdateClipNorm = 1 }, _ => Task.CompletedTask);
        Assert.True(second.Versions.IsEmpty, second.Outcome);
        Assert.Matches(@"^Nothing is registered: no round did better on validation than the weights that the run began with \(log loss 0\.\d{4} before the first round, \d+\.\d{4} after the last\)\.$", second.Outcome);
        Assert.Equal(first.Versions[site], Assert.Single(await cluster.Grains.GetGrain<IModelRegistryGrain>(site).ListAsync(default)).Version);
    }
}
