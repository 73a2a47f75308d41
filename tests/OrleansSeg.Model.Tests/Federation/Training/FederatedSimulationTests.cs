using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Compression;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Federation.Training;

public sealed class FederatedSimulationTests
{
    private static readonly List<CustomerHistory> Histories = SmallShop.Histories(customers: 400);
    private static readonly SiteSplit Split = SiteSplit.Even(3, 1);

    [Fact]
    public async Task ARun_LearnsMoreThanTheBaselinesKnow_AndIsTheSameTwice()
    {
        var one = await RunAsync(FedAvg.StrategyName, SharedScope.Everything);
        var other = await RunAsync(FedAvg.StrategyName, SharedScope.Everything);
        Assert.Equal(one.ValidationLosses, other.ValidationLosses);
        Assert.Equal(GlobalModel.WeightsOf(one.Models["s0"]), GlobalModel.WeightsOf(other.Models["s0"]));
        Assert.Equal(GlobalModel.WeightsOf(one.Models["s0"]), GlobalModel.WeightsOf(one.Models["s2"]));
        Assert.True(one.ValidationLosses[^1] < one.ValidationLosses[0]);

        var (scores, baselines) = await MeasureAsync(one);
        Assert.True(ScoreSums.Merge(scores.Values).LogLoss < ScoreSums.Merge(baselines["majority"].Values).LogLoss);
        Assert.Equal(3, GateDecision.DecideFirst(scores, baselines, baselines.ToDictionary(one => one.Key, _ => new PairedLosses(scores.Values.Sum(site => site.Examples), 0, 0)), new GateRule()).Sites.Length);
    }

    [Theory]
    [InlineData(Scaffold.StrategyName)]
    [InlineData(FedProx.StrategyName)]
    [InlineData(FedAdam.StrategyName)]
    public async Task OtherStrategies_LearnToo(string strategy)
    {
        var run = await RunAsync(strategy, SharedScope.Everything);
        Assert.True(run.ValidationLosses.Min() < 1.3, $"{string.Join(' ', run.ValidationLosses)}");
    }

    [Fact]
    public async Task MaskedRounds_MakeTheSameModel_ForMoreBytes()
    {
        var clear = await RunAsync(FedAvg.StrategyName, SharedScope.Everything, clipNorm: 0.5);
        var masked = await RunAsync(FedAvg.StrategyName, SharedScope.Everything, clipNorm: 0.5, isMasked: true);
        Assert.All(clear.ValidationLosses.Zip(masked.ValidationLosses), losses => Assert.Equal(losses.First, losses.Second, 1e-4));
        Assert.All(
            GlobalModel.WeightsOf(clear.Models["s0"]).Zip(GlobalModel.WeightsOf(masked.Models["s0"])), weights => Assert.Equal(weights.First, weights.Second, 1e-4));
        Assert.InRange(clear.Bytes, 3L * 3 * sizeof(float) * clear.WeightCount, (3L * 3 * sizeof(float) * clear.WeightCount) + 1_000);
        Assert.True(masked.Bytes > 3L * 3 * sizeof(ulong) * masked.WeightCount);
    }

    [Theory]
    [InlineData("int8", 0.3)]
    [InlineData("topk", 0.05)]
    public async Task SmallUpdates_LearnNearlyAsMuch_ForAFewOfTheBytes(string compressor, double share)
    {
        var whole = await RunAsync(FedAvg.StrategyName, SharedScope.Everything);
        var small = await RunAsync(FedAvg.StrategyName, SharedScope.Everything, compressor: compressor);
        Assert.True(small.Bytes < share * whole.Bytes, $"{small.Bytes} of {whole.Bytes}");
        Assert.NotEqual(whole.ValidationLosses, small.ValidationLosses);
        Assert.True(small.ValidationLosses[^1] < small.ValidationLosses[0], string.Join(' ', small.ValidationLosses));
    }

    [Fact]
    public async Task HeadsOfTheirOwn_DifferBetweenSites_OnOneBase()
    {
        var run = await RunAsync(FedAvg.StrategyName, SharedScope.HeadsAtSite);
        var (one, other) = (run.Models["s0"].Network.state_dict(), run.Models["s1"].Network.state_dict());
        Assert.NotEqual(one["members.0.segment.bias"].data<float>().ToArray(), other["members.0.segment.bias"].data<float>().ToArray());
        Assert.Equal(one["members.0.fuse.bias"].data<float>().ToArray(), other["members.0.fuse.bias"].data<float>().ToArray());
    }

    private static Task<SimulationResult> RunAsync(string strategy, SharedScope scope, double clipNorm = 0, bool isMasked = false, string compressor = "none") => FederatedSimulation.RunAsync(
        Sites(),
        new SimulationPlan
        {
            Data = SmallShop.Plan,
            Strategy = AggregationStrategies.Create(strategy, new AggregationParameters()),
            Rounds = 3,
            Scope = scope,
            UpdateClipNorm = clipNorm,
            SecureAggregation = isMasked,
            Compressor = UpdateCompressors.Create(compressor, CompressionParameters.Defaults),
            Shape = SmallRun.Shape,
            Local = new LocalOptions { Network = new NetworkTrainingOptions { AveragingDecay = 0, BatchSize = 32, LearningRate = 5e-3 } },
        },
        null,
        default);

    private static Dictionary<string, HistorySource> Sites() => Histories
        .GroupBy(Split.SiteOf)
        .ToDictionary(site => $"s{site.Key}", site => SmallShop.Source([.. site]));

    private static async Task<(Dictionary<string, ScoreSums> Scores, Dictionary<string, IReadOnlyDictionary<string, ScoreSums>> Baselines)> MeasureAsync(SimulationResult run)
    {
        var scores = new Dictionary<string, ScoreSums>();
        var counts = new List<BaselineCounts>();
        var holdouts = new Dictionary<string, ExampleSet>();
        foreach (var (site, source) in Sites())
        {
            var (data, scheme) = (new LocalData(site, source), run.Schemes.BySite[site]);
            holdouts.Add(site, await data.ReadHoldoutAsync(run.Data, scheme, default));
            scores.Add(site, HoldoutScores.Of(run.Models[site], holdouts[site]));
            counts.Add(BaselineCounts.Of((await data.ReadAsync(run.Data, scheme, default)).Training));
        }

        var measured = holdouts.ToDictionary(site => site.Key, site => BaselineCounts.Merge(counts).Measure(site.Value));
        return (scores, measured["s0"].Keys.ToDictionary(
            name => name, name => (IReadOnlyDictionary<string, ScoreSums>)measured.ToDictionary(site => site.Key, site => site.Value[name])));
    }
}
