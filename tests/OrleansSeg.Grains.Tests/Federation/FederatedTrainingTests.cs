using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Inference;
using OrleansSeg.Models;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Real customers, the real network: what a federated run puts into service.</summary>
public sealed class FederatedTrainingTests(TrainingCluster cluster) : IClassFixture<TrainingCluster>
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

    private async Task<RunStatus> RunAsync(string federation, FederatedPlan plan, Func<RunStatus, Task> meet)
    {
        var coordinator = cluster.Grains.GetGrain<IFederatedCoordinatorGrain>(federation);
        await coordinator.StartAsync(plan, default);
        RunStatus? status = null;
        await cluster.DriveUntilAsync(
            async () =>
            {
                try
                {
                    status = await coordinator.GetStatusAsync(1, default);
                    await meet(status!);
                }
                catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
                {
                    // The activation is on its way out.
                }

                return status?.EndedAt is not null;
            },
            TimeSpan.FromMilliseconds(500),
            $"{federation}: {status}");
        Assert.True(status!.Phase == RunPhase.Done, status.Outcome);
        return status;
    }

    /// <summary>The served weights: the hash of their file.</summary>
    private async Task<string> WeightsOfAsync(RunStatus run)
    {
        var (site, version) = run.Versions.First();
        var models = await cluster.Grains.GetGrain<IModelRegistryGrain>(site).ListAsync(default);
        var files = BundleFolder.Read(cluster.Services.GetRequiredService<IModelStore>().LocalFolder, models.Single(model => model.Version == version).Sha256);
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(files["model.safetensors"]));
    }
}
