using System.Diagnostics;
using System.Security.Cryptography;
using OrleansSeg.Cli.Bench.Chaos.Stores;
using OrleansSeg.Cli.Bench.Federation.Cluster;
using OrleansSeg.Customers;
using OrleansSeg.EndToEnd.Tests.Chaos;
using OrleansSeg.Federation;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Models;
using OrleansSeg.Segments;
using Xunit.Abstractions;

namespace OrleansSeg.EndToEnd.Tests.Federation;

/// <summary>Four silo processes, each with its own site, and a run in which one of them is killed in every round.</summary>
[Collection(ChaosCollection.Name)]
public sealed class FederatedClusterTests(ITestOutputHelper output) : IDisposable
{
    private const int Customers = 260;
    private const int Rounds = 3;
    private static readonly string[] Sites = ["north", "east", "south", "west"];
    private static readonly TimeSpan RunMax = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task SiloKilledInEachRound_ChangesNoBitOfTheModel_WhichThenServesWithoutAFailedCall()
    {
        Skip.If(StoreServers.MissingFor("redis") is not null, $"This test {StoreServers.MissingFor("redis")}.");
        await using var silos = new SiteCluster(StoreServers.Create("redis", Path.Combine(_folder.FullPath, "server")), _folder.FullPath, Sites);
        await silos.StartAsync(default);
        foreach (var site in Sites)
        {
            await silos.ImportAsync(site, RegularBuyers.Of(Customers, TimeProvider.System.GetUtcNow()), default);
        }

        // All four must report, so that both runs have the same reporters in every round.
        var plan = new FederatedPlan
        {
            Sites = [.. Sites], Rounds = Rounds, Seed = 3, Horizon = TimeSpan.FromDays(60), ReportersMin = Sites.Length, Promote = false, DeadlineMax = RunMax,
        };
        var undisturbed = await RunAsync(silos, "undisturbed", plan, _ => Task.CompletedTask);

        // Nothing was recorded since, so the second run reads what the first one read.
        var random = new Random(5);
        var killed = new List<string>();
        var broken = await RunAsync(silos, "broken", plan with { Promote = true }, async round =>
        {
            var site = Sites[random.Next(Sites.Length)];
            killed.Add($"{site} in round {round}");
            output.WriteLine($"SIGKILL to {killed[^1]}");
            await silos.ReplaceAsync(site);
        });
        Assert.Equal(Rounds, killed.Count);
        Assert.Equal(await WeightsAsync(silos, undisturbed), await WeightsAsync(silos, broken));
        output.WriteLine(broken.Outcome!);
        await ServesAsync(silos, broken);
    }

    private async Task<RunStatus> RunAsync(SiteCluster silos, string federation, FederatedPlan plan, Func<int, Task> meetRound)
    {
        var coordinator = silos.Grains.GetGrain<IFederatedCoordinatorGrain>(federation);
        var clock = Stopwatch.StartNew();
        await coordinator.StartAsync(plan, default);
        var met = 0;
        while (clock.Elapsed < RunMax)
        {
            await Task.Delay(Pause);
            RunStatus? status;
            try
            {
                status = await coordinator.GetStatusAsync(1, default);
            }
            catch (Exception exception) when (exception is TimeoutException or OrleansException)
            {
                // The silo that held the coordinator is dead, and the others do not know it yet.
                continue;
            }

            if (status!.EndedAt is not null)
            {
                Assert.True(status.Phase == RunPhase.Done, status.Outcome);
                output.WriteLine($"{federation}: {clock.Elapsed.TotalSeconds:0.0} s");
                return status;
            }

            if (status.Phase == RunPhase.Training && status.Round > met)
            {
                met = status.Round;
                await meetRound(met);
            }
        }

        throw new TimeoutException($"Run '{federation}' was not over after {RunMax}.");
    }

    /// <summary>Hash of the weights that the run's model would serve.</summary>
    private static async Task<string> WeightsAsync(SiteCluster silos, RunStatus run)
    {
        var models = await silos.Grains.GetGrain<IModelRegistryGrain>(Sites[0]).ListAsync(default);
        var files = BundleFolder.Read(silos.ModelFolder, models.Single(model => model.Version == run.Versions[Sites[0]]).Sha256);
        return Convert.ToHexStringLower(SHA256.HashData(files["model.safetensors"]));
    }

    /// <summary>Every call while the model goes into service is answered, and in the end by the new version.</summary>
    private static async Task ServesAsync(SiteCluster silos, RunStatus run)
    {
        var clock = Stopwatch.StartNew();
        var registry = silos.Grains.GetGrain<IModelRegistryGrain>(Sites[0]);
        await registry.PromoteAsync(run.Versions[Sites[0]], default);
        var served = new HashSet<int>();
        while (!served.Contains(run.Versions[Sites[0]]))
        {
            Assert.True(clock.Elapsed < RunMax, $"Version {run.Versions[Sites[0]]} did not come into service; {string.Join(", ", served)} did.");
            for (var number = 0; number < 20; number++)
            {
                var answer = await silos.Grains.GetGrain<ICustomerGrain>(Events.CustomerKey.Create(Sites[0], $"c{number}").GrainKey).LookUpFreshAsync(default);
                Assert.NotEqual(SegmentNames.Unknown, answer.Segment);
                served.Add(answer.ModelVersion);
            }
        }
    }
}
