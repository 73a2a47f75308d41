using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Inference;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Real customers, the real network, and noise: it is in what is released, it is counted, and a run that is broken in every step releases the same.</summary>
public sealed class PrivateTrainingTests(TrainingCluster cluster) : IClassFixture<TrainingCluster>
{
    [Theory]
    [InlineData(ProtectedUnit.Customer)]
    [InlineData(ProtectedUnit.Trainer)]
    public async Task NoisedRun_BrokenInEveryStep_MakesTheSameModel_WhoseCardSaysWhatItTold(ProtectedUnit unit)
    {
        string[] sites = [await cluster.NewShopAsync(250), await cluster.NewShopAsync(150)];
        cluster.Jump(TimeSpan.FromMinutes(1));
        var plan = new FederatedPlan
        {
            Sites = [.. sites], Rounds = 2, Seed = 7, Horizon = TimeSpan.FromDays(60), DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
            UpdateClipNorm = unit == ProtectedUnit.Trainer ? 0.5 : 0, Promote = false,
            Privacy = new() { Unit = unit, NoiseMultiplier = 1.5, CustomerClipNorm = 0.5, CustomersPerStep = 32 },
        };
        var undisturbed = await cluster.RunAsync($"undisturbed-{unit}", plan, _ => Task.CompletedTask);
        var phases = new HashSet<(RunPhase, int)>();
        var broken = await cluster.RunAsync($"broken-{unit}", plan, async status =>
        {
            if (phases.Add((status.Phase, status.Round)))
            {
                await cluster.ForgetAsync(cluster.Grains.GetGrain<IFederatedCoordinatorGrain>($"broken-{unit}"));
                foreach (var trainer in plan.Trainers)
                {
                    await cluster.ForgetAsync(cluster.Grains.GetGrain<IFederatedTrainerGrain>($"{trainer}@broken-{unit}"));
                }
            }
        });
        Assert.Equal(WeightsOf(undisturbed), WeightsOf(broken));
        Assert.Equal(undisturbed.Privacy, broken.Privacy);
        var plain = await cluster.RunAsync($"plain-{unit}", plan with { Privacy = new() }, _ => Task.CompletedTask);
        Assert.NotEqual(undisturbed.Rounds[0].Model, plain.Rounds[0].Model);

        var spent = undisturbed.Privacy!;
        Assert.Equal(await ExpectedEpsilonAsync(undisturbed), spent.Epsilon, 9);
        Assert.Equal(unit == ProtectedUnit.Trainer, undisturbed.Releases.Any(release => release.What == UnaccountedRelease.Updates));

        // Noise in the sum of two trainers leaves nothing that is better than the weights it began with.
        Assert.Equal(unit == ProtectedUnit.Trainer, undisturbed.Versions.IsEmpty);
        if (unit == ProtectedUnit.Customer)
        {
            var card = CardOf(undisturbed).Privacy!;
            Assert.Equal((unit.ToString(), spent.Epsilon, 1e-5, 1.5, spent.Steps), (card.Unit.ToString(), card.Epsilon, card.Delta, card.NoiseMultiplier, card.Steps));
            Assert.Equal(undisturbed.Releases.Select(release => release.What), card.Releases.Select(release => release.What));
        }

        var ofPlain = CardOf(plain).Privacy!;
        Assert.Equal((PrivacyUnit.None, null), (ofPlain.Unit, ofPlain.Epsilon));
        Assert.Contains(ofPlain.Releases, release => release.What == UnaccountedRelease.Updates);
    }

    /// <summary>By hand, of the customers that trainers counted.</summary>
    private async Task<double> ExpectedEpsilonAsync(RunStatus run)
    {
        if (run.Plan.Privacy.Unit == ProtectedUnit.Trainer)
        {
            return new PrivateSteps(SamplingScheme.Poisson, 1, 1.5, 2).Curve().At(1e-5).Epsilon;
        }

        var facts = await cluster.Services.GetRequiredService<OrleansSeg.Federation.Work.RunBundles>().ReadAsync(run.Rounds[0].Model, default);
        Assert.All(facts.Facts.Customers.Values, count => Assert.InRange(count, 100, 250));
        return facts.Facts.Customers.Values.Max(count => new PrivateSteps(
            SamplingScheme.Poisson, CustomerClipping.RateOf(32, count), 1.5, 2 * CustomerClipping.StepsOf(32, count)).Curve().At(1e-5).Epsilon);
    }

    /// <summary>The global weights after the last round.</summary>
    private string WeightsOf(RunStatus run) =>
        Convert.ToHexStringLower(SHA256.HashData(BundleFolder.Read(cluster.Services.GetRequiredService<IModelStore>().LocalFolder, run.Rounds[^1].Model)["weights.safetensors"]));

    private ModelCard CardOf(RunStatus run) => SegmentModel.ReadCard(FilesOf(run));

    private IReadOnlyDictionary<string, byte[]> FilesOf(RunStatus run)
    {
        var (site, version) = run.Versions.First();
        var models = cluster.Grains.GetGrain<IModelRegistryGrain>(site).ListAsync(default).GetAwaiter().GetResult();
        return BundleFolder.Read(cluster.Services.GetRequiredService<IModelStore>().LocalFolder, models.Single(model => model.Version == version).Sha256);
    }
}
