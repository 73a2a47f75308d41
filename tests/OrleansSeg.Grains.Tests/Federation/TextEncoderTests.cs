using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Customers;
using OrleansSeg.Federation;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Text.PreTraining;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Models that read texts with an encoder of their own bundle: trained, served, trained on from, and removed.</summary>
public sealed class TextEncoderTests(TrainingCluster cluster) : IClassFixture<TrainingCluster>, IDisposable
{
    private const int Customers = 280;
    private static readonly string[] Titles = ["red mug", "blue mug", "green teapot", "红色杯子", "scented candle", "paper chain"];

    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-encoder-").FullName;

    private string Store => cluster.Services.GetRequiredService<IModelStore>().LocalFolder;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Version_ServesWithItsEncoder_AndTheEncoderGoesWithTheLastVersionThatReadsWithIt()
    {
        var site = await cluster.NewShopAsync(Customers, titles: Titles);
        var registry = cluster.Grains.GetGrain<IModelRegistryGrain>(site);
        var first = await TrainAsync(site, Encoder());
        var encoder = first.TextEncoder!;
        Assert.True(Directory.Exists(Path.Combine(Store, encoder)));
        var assignment = await cluster.Customer(site, "c5").LookUpFreshAsync(default);
        Assert.Equal((1, true), (assignment.ModelVersion, first.Labels.Contains(assignment.Segment)));

        // The next one names it by its hash, since the folder may be gone.
        var second = await TrainAsync(site, encoder, seed: 2);
        var third = await TrainAsync(site, null);
        Assert.Equal((encoder, null), (second.TextEncoder, third.TextEncoder));
        await registry.RemoveAsync(first.Version, default);
        Assert.True(Directory.Exists(Path.Combine(Store, encoder)));
        await registry.RemoveAsync(second.Version, default);
        Assert.False(Directory.Exists(Path.Combine(Store, encoder)));
        Assert.Equal(TrainingState.Failed, (await cluster.RunAsync(site, Request(encoder))).State);
        await ServesAsync(site, third.Version);
    }

    [Fact]
    public async Task EncoderOfATrainingThatFailed_IsNotKept_AndABadFolderIsTheCallersFault()
    {
        var site = await cluster.NewShopAsync(12, titles: Titles);
        var before = Directory.GetDirectories(Store).Length;
        var status = await cluster.RunAsync(site, Request(Encoder()));
        Assert.Equal((TrainingState.Failed, true), (status.State, status.FailureIsInput));
        Assert.Equal(before, Directory.GetDirectories(Store).Length);
        var empty = Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName;
        var refused = await cluster.RunAsync(site, Request(empty));
        Assert.Equal((TrainingState.Failed, true), (refused.State, refused.FailureIsInput));
        Assert.Contains("has no tokenizer", refused.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EncoderOfTextlessCustomers_IsNotKept()
    {
        var site = await cluster.NewShopAsync(Customers, titles: []);
        var before = Directory.GetDirectories(Store).Length;
        Assert.Null((await TrainAsync(site, Encoder())).TextEncoder);
        Assert.Equal(before + 1, Directory.GetDirectories(Store).Length);
    }

    [Fact]
    public async Task FederatedRun_GoesOnFromAModelWithAnEncoder_AndIsTheSameWhenItIsBroken()
    {
        var site = await cluster.NewShopAsync(Customers, titles: Titles);
        var first = await TrainAsync(site, Encoder());
        cluster.Jump(TimeSpan.FromMinutes(1));
        var plan = new FederatedPlan
        {
            Sites = [site], TrainersPerSite = 2, Rounds = 2, Horizon = TimeSpan.FromDays(45), Promote = false,
            DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
        };
        var (undisturbed, broken) = (await RunAsync("undisturbed-text", plan, isBroken: false), await RunAsync("broken-text", plan, isBroken: true));
        Assert.Equal(2, undisturbed.Length);
        Assert.Equal(undisturbed.ToArray(), broken.ToArray());
        var models = await cluster.Grains.GetGrain<IModelRegistryGrain>(site).ListAsync(default);
        Assert.Equal((3, first.TextEncoder), (models.Length, models[^1].TextEncoder));
        await cluster.Grains.GetGrain<IModelRegistryGrain>(site).PromoteAsync(models[^1].Version, default);
        await ServesAsync(site, models[^1].Version);
    }

    private Task ServesAsync(string site, int version) => cluster.DriveUntilAsync(
        async () => (await cluster.Customer(site, "c5").LookUpFreshAsync(default)).ModelVersion == version, TimeSpan.FromSeconds(5), "the version to serve");

    private async Task<ImmutableArray<string>> RunAsync(string federation, FederatedPlan plan, bool isBroken)
    {
        var coordinator = cluster.Grains.GetGrain<IFederatedCoordinatorGrain>(federation);
        var started = await coordinator.StartAsync(plan, default);
        RunStatus? status = null;
        var phases = new HashSet<(RunPhase, int)>();
        await cluster.DriveUntilAsync(
            async () =>
            {
                try
                {
                    status = await coordinator.GetStatusAsync(started.Run, default);
                    if (isBroken && phases.Add((status!.Phase, status.Round)))
                    {
                        await cluster.ForgetAsync(coordinator);
                    }
                }
                catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
                {
                    // The activation is on its way out.
                }

                return status?.Phase is RunPhase.Done or RunPhase.Failed;
            },
            TimeSpan.FromSeconds(10), "the run to end");
        Assert.True(status!.Phase == RunPhase.Done, status.Outcome);
        return [.. status.Rounds.Select(round => Convert.ToHexStringLower(SHA256.HashData(BundleFolder.Read(Store, round.Model!)["weights.safetensors"])))];
    }

    private async Task<ModelReference> TrainAsync(string site, string? encoder, int seed = 1)
    {
        var status = await cluster.RunAsync(site, Request(encoder) with { Seed = seed });
        Assert.True(status.State == TrainingState.Done, status.Failure);
        var models = await cluster.Grains.GetGrain<IModelRegistryGrain>(site).ListAsync(default);
        return models.Single(model => model.Version == status.PublishedVersion);
    }

    // Pre-trained on the same titles with the same seed, so that it is the same bundle each time.
    private string Encoder()
    {
        var folder = Path.Combine(_folder, "encoder");
        if (!Directory.Exists(folder))
        {
            using var trained = MaskedLanguageTrainer.Train(
                Titles, new MaskedLanguageOptions { Hidden = 16, Layers = 1, TokensMax = 16, Epochs = 1 }, progress: null, device: null, default);
            trained.Save(folder);
        }

        return folder;
    }

    // One epoch is enough for a version that serves; what is looked at is what becomes of its encoder.
    private static TrainingRequest Request(string? encoder) => new(TrainingPurpose.Train, null, TimeSpan.FromDays(45), Seed: 1, Promote: true)
    {
        TextEncoder = encoder, Settings = ImmutableSortedDictionary<string, string>.Empty.Add("epochs", "1"),
    };
}
