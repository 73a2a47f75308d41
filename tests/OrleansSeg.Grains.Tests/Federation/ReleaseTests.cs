using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Federation;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Models;
using static OrleansSeg.Model.Federation.Privacy.UnaccountedRelease;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Everything that a run leaves in the model store and in its status is of the plan, noised, or on its list of releases: nothing new gets in unnoticed.</summary>
public sealed class ReleaseTests(TrainingCluster cluster) : IClassFixture<TrainingCluster>
{
    private const string OfThePlan = "(of the plan)";
    private const string Noised = "(noised)";
    private const string Masked = "(masked)";

    /// <summary>What each part of a run's bundles tells. A part that is not here is a new kind of release: put it on the list, and then here.</summary>
    private static readonly Dictionary<string, string> Kinds = new()
    {
        ["facts.json/plan"] = OfThePlan,
        ["facts.json/stage"] = OfThePlan,
        ["facts.json/fitting"] = OfThePlan,
        ["facts.json/drift"] = DataSpan,
        ["facts.json/champions"] = StartingWeights,
        ["facts.json/starts"] = StartingWeights,
        ["facts.json/span"] = DataSpan,
        ["facts.json/data"] = DataSpan,
        ["facts.json/schemes"] = LabelThresholds,
        ["facts.json/base"] = Normalisation,
        ["facts.json/customers"] = ExampleCounts,
        ["facts.json/counted"] = Participation,
        ["facts.json/roster"] = OfThePlan,
        ["facts.json/examplesMax"] = ExampleCounts,
        ["facts.json/best"] = ValidationScores,
        ["facts.json/baselines"] = BaselineCounts,
        ["facts.json/finishes"] = CalibrationSums,
        ["answer.json/span"] = DataSpan,
        ["answer.json/retainedFrom"] = DataSpan,
        ["answer.json/examples"] = ExampleCounts,
        ["answer.json/steps"] = ExampleCounts,
        ["answer.json/trainingLoss"] = TrainingLosses,
        ["answer.json/validation"] = ValidationScores,
        ["answer.json/baselines"] = BaselineCounts,
        ["answer.json/sums"] = CalibrationSums,
        ["answer.json/challenger"] = GateMetrics,
        ["answer.json/champion"] = GateMetrics,
        ["answer.json/baselineScores"] = GateMetrics,
        ["answer.json/againstChampion"] = GateMetrics,
        ["answer.json/againstBaselines"] = GateMetrics,
        ["statistics.bin"] = Normalisation,
        ["weights.safetensors"] = Noised,
        ["server.safetensors"] = Noised,
        ["delta.bin"] = Noised,
        ["model.safetensors"] = Noised,
        ["sites.safetensors"] = Noised,
        ["vocab.txt"] = StartingWeights,
        ["manifest.json"] = OfThePlan,
        ["config.json/format"] = OfThePlan,
        ["config.json/network"] = OfThePlan,
        ["config.json/calibration"] = CalibrationSums,
        ["config.json/decisionWeights"] = CalibrationSums,
        ["normalizer.json/deviation"] = Normalisation,
        ["normalizer.json/high"] = Normalisation,
        ["normalizer.json/indicators"] = Normalisation,
        ["normalizer.json/logarithmic"] = Normalisation,
        ["normalizer.json/low"] = Normalisation,
        ["normalizer.json/mean"] = Normalisation,
        ["normalizer.json/width"] = Normalisation,
        ["scheme.json/count"] = LabelThresholds,
        ["scheme.json/highValueThreshold"] = LabelThresholds,
        ["scheme.json/horizon"] = LabelThresholds,
        ["scheme.json/labels"] = LabelThresholds,
        ["scheme.json/name"] = LabelThresholds,
        ["card.json/data"] = DataSpan,
        ["facts.json/origin"] = OfThePlan,
        ["origin.json/trainer"] = OfThePlan,
        ["origin.json/step"] = OfThePlan,
        ["origin.json/input"] = OfThePlan,
        ["card.json/horizonDays"] = OfThePlan,
        ["card.json/seed"] = OfThePlan,
        ["card.json/parameters"] = OfThePlan,
        ["card.json/privacy"] = OfThePlan,
        ["card.json/trainingCutoffs"] = DataSpan,
        ["card.json/validationCutoff"] = DataSpan,
        ["card.json/labels"] = LabelThresholds,
        ["card.json/droppedLabels"] = LabelThresholds,
        ["card.json/lineage"] = LabelThresholds,
        ["card.json/trainingExamples"] = ExampleCounts,
        ["card.json/validationExamples"] = ValidationScores,
        ["card.json/validation"] = ValidationScores,
    };

    /// <summary>What the exchange of masked rounds adds: keys and sealed shares hang on no data, and a masked vector is uniform.</summary>
    private static readonly Dictionary<string, string> MaskedKinds = new()
    {
        ["masked.bin"] = Masked,
        ["exchange.json/server"] = Masked,
        ["exchange.json/inputs"] = Participation,
        ["answer.json/publicKey"] = OfThePlan,
        ["answer.json/trainer"] = OfThePlan,
        ["answer.json/from"] = OfThePlan,
        ["answer.json/sealKey"] = Masked,
        ["answer.json/maskKey"] = Masked,
        ["answer.json/seedCommitment"] = Masked,
        ["answer.json/signature"] = Masked,
        ["answer.json/shares"] = Masked,
        ["answer.json/seeds"] = Masked,
        ["answer.json/maskKeys"] = Masked,
    };

    // A trainer's update, its counts and its losses are in the masked vector, and nowhere beside it.
    private static readonly string[] UnmaskedOnly = ["answer.json/examples", "answer.json/steps", "answer.json/trainingLoss", "delta.bin"];

    private static readonly Dictionary<string, string> Metrics = new()
    {
        ["examples"] = ExampleCounts,
        ["trainingLoss"] = TrainingLosses,
        ["validationLogLossBefore"] = ValidationScores,
        ["validationChurnAurocBefore"] = ValidationScores,
    };

    [Fact]
    public async Task EverythingThatARunLeaves_IsOfThePlanOrNoisedOrListed()
    {
        var site = await cluster.NewShopAsync(300);
        cluster.Jump(TimeSpan.FromMinutes(1));
        using var kept = cluster.Calls.On<IBundleGrain>("RemoveAsync", _ => throw new IOException("kept for the test"));
        var coordinator = cluster.Grains.GetGrain<IFederatedCoordinatorGrain>("listed");
        var plan = new FederatedPlan
        {
            Sites = [site], TrainersPerSite = 2, Rounds = 1, Horizon = TimeSpan.FromDays(60), DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
            Privacy = new() { Unit = ProtectedUnit.Customer, NoiseMultiplier = 0.5, CustomersPerStep = 64 },
        };

        // The second one begins with what the first has put in service, if it has.
        foreach (var run in new[] { 1, 2 })
        {
            await coordinator.StartAsync(plan, default);
            await cluster.DriveUntilAsync(
                async () => (await coordinator.GetStatusAsync(run, default))!.EndedAt is not null, TimeSpan.FromMilliseconds(500), $"run {run}");
        }

        var ended = (await coordinator.GetStatusAsync(2, default))!;
        Assert.True(ended.Phase == RunPhase.Done, ended.Outcome);
        var listed = ended.Releases.Select(release => release.What).ToHashSet();
        var kinds = Directory.GetDirectories(cluster.Services.GetRequiredService<IModelStore>().LocalFolder).SelectMany(KindsOf).Distinct().Order(StringComparer.Ordinal).ToList();
        var unknown = kinds.Where(kind => !Kinds.ContainsKey(kind)).ToList();
        Assert.True(unknown.Count == 0, $"Not known to be listed: {string.Join(' ', unknown)}.");

        // No retention here, and perhaps no model in service.
        var missing = Kinds.Keys.Except(kinds).Except(["answer.json/retainedFrom", "answer.json/champion", "answer.json/againstChampion"]).ToList();
        Assert.True(missing.Count == 0, $"Never seen: {string.Join(' ', missing)}.");
        var told = kinds.Select(kind => Kinds[kind]).Concat(ended.Rounds.SelectMany(round => round.Metrics.Keys).Select(name => Metrics[name])).Distinct();
        Assert.Empty(told.Except([OfThePlan, Noised, StartingWeights]).Except(listed));
        Assert.All(ended.Releases, release => Assert.True(release.Contents.Length > 10 && release.SeenBy.Length > 10));

        // Without noise the same files are a release more.
        Assert.DoesNotContain(Updates, listed);
        var plain = await StartedAsync(coordinator, plan with { Privacy = new() });
        Assert.Contains(plain.Releases, release => release.What == Updates);
    }

    [Fact]
    public async Task EverythingThatAMaskedRunLeaves_IsOfThePlanOrMaskedOrListed()
    {
        string[] sites = [await cluster.NewShopAsync(300), await cluster.NewShopAsync(300)];
        cluster.Jump(TimeSpan.FromMinutes(1));
        using var kept = cluster.Calls.On<IBundleGrain>("RemoveAsync", _ => throw new IOException("kept for the test"));
        var before = Folders().ToHashSet();
        var coordinator = cluster.Grains.GetGrain<IFederatedCoordinatorGrain>("masked-listed");
        await coordinator.StartAsync(
            new FederatedPlan
            {
                Sites = [.. sites], TrainersPerSite = 2, Rounds = 1, Horizon = TimeSpan.FromDays(60), DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
                SecureAggregation = true, UpdateClipNorm = 1,
            },
            default);
        await cluster.DriveUntilAsync(async () => (await coordinator.GetStatusAsync(1, default))!.EndedAt is not null, TimeSpan.FromMilliseconds(500), "the run");
        var ended = (await coordinator.GetStatusAsync(1, default))!;
        Assert.True(ended.Phase == RunPhase.Done, ended.Outcome);
        var listed = ended.Releases.Select(release => release.What).ToHashSet();
        var kinds = Folders().Except(before).SelectMany(KindsOf).Distinct().Order(StringComparer.Ordinal).ToList();
        var known = Kinds.Concat(MaskedKinds).ToDictionary();
        var unknown = kinds.Where(kind => !known.ContainsKey(kind)).ToList();
        Assert.True(unknown.Count == 0, $"Not known to be listed: {string.Join(' ', unknown)}.");
        var missing = MaskedKinds.Keys.Except(kinds).ToList();
        Assert.True(missing.Count == 0, $"Never seen: {string.Join(' ', missing)}.");
        Assert.Empty(kinds.Intersect(UnmaskedOnly));
        Assert.Empty(kinds.Select(kind => known[kind]).Concat(ended.Rounds.SelectMany(round => round.Metrics.Keys).Select(name => Metrics[name])).Distinct().Except([OfThePlan, Masked, Noised, StartingWeights]).Except(listed));
        Assert.Contains("of all trainers together", ended.Releases.Single(release => release.What == Updates).Contents, StringComparison.Ordinal);

        IEnumerable<string> Folders() =>
            cluster.Services.GetRequiredService<IModelStore>().LocalFolder is var folder && Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
    }

    private async Task<RunStatus> StartedAsync(IFederatedCoordinatorGrain coordinator, FederatedPlan plan)
    {
        await coordinator.StartAsync(plan, default);
        await cluster.DriveUntilAsync(
            async () => (await coordinator.GetStatusAsync(3, default))!.Phase >= RunPhase.Training, TimeSpan.FromMilliseconds(500), "the first round");
        return await coordinator.CancelAsync(3, default);
    }

    private static IEnumerable<string> KindsOf(string bundle) => Directory.GetFiles(bundle).SelectMany(file =>
    {
        var name = Path.GetFileName(file);
        if (!name.EndsWith(".json", StringComparison.Ordinal) || name == "manifest.json")
        {
            // The manifest has nothing but hashes of the other files.
            return [name];
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        return json.RootElement.EnumerateObject().Where(part => part.Value.ValueKind != JsonValueKind.Null).Select(part => $"{name}/{part.Name}").ToList();
    });
}
