using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Evaluation.Baselines;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Federation.Training;

public sealed class GlobalModelTests
{
    private static readonly ModelLineage Lineage = new(
        "run-1", "fedavg", 3, new string('0', 64),
        new Dictionary<string, DateTimeOffset> { ["a"] = SmallShop.Start.AddDays(400), ["b"] = SmallShop.Start.AddDays(401) },
        new Dictionary<string, decimal> { ["a"] = 12m, ["b"] = 12m });

    [Fact]
    public void ABase_LoadsFromItsFiles_WithItsWeights()
    {
        using var loaded = SegmentModel.FromFiles(SmallRun.Base.ToFiles(Cards.Any));
        Assert.Equal(GlobalModel.WeightsOf(SmallRun.Base), GlobalModel.WeightsOf(loaded));
        Assert.Equal(0, loaded.Config.TextWidth);
        Assert.NotEmpty(loaded.Forecast([SmallRun.Examples.Validation.Examples[0].Input]));
    }

    [Fact]
    public void ABaseAfterAModel_KeepsItsTitlesAndWeights_AndNewHeadsForOtherLabels()
    {
        var before = SmallShopData.Model;
        using var same = GlobalModel.Start(before.Scheme, before.Normalizer, 5, before);
        Assert.Equal(GlobalModel.WeightsOf(before), GlobalModel.WeightsOf(same));
        Assert.Same(before.Texts, same.Texts);

        var renamed = before.Scheme with { Labels = [.. before.Scheme.Labels.Reverse()] };
        using var other = GlobalModel.Start(renamed, before.Normalizer, 5, before);
        Assert.NotEqual(before.Network.state_dict()["members.0.segment.weight"].sum().item<float>(), other.Network.state_dict()["members.0.segment.weight"].sum().item<float>());
        Assert.Equal(before.Network.state_dict()["members.0.fuse.weight"].sum().item<float>(), other.Network.state_dict()["members.0.fuse.weight"].sum().item<float>());
    }

    [Fact]
    public async Task TheCard_TellsWhereTheModelComesFrom_AndTheBundleNamesNobody()
    {
        string[] canaries = ["canary-customer-1", "CANARY TITLE ONE", "canary-country-y"];
        var planted = SmallShop.Histories().Select((history, i) => history with
        {
            CustomerId = $"canary-customer-1{i}",
            Events = [.. history.Events.Select(e => e with { Text = $"CANARY TITLE ONE {e.Text}" })],
            Attributes = new Dictionary<string, string> { ["country"] = "canary-country-y" },
        }).ToList();
        var data = new LocalData("a", SmallShop.Source(planted));
        var span = await data.MeasureAsync(default);
        var plan = DataPlan.Of(span, SmallShop.Plan);
        var statistics = await data.CountAsync(plan, default);
        var schemes = FittedSchemes.Fit(new Dictionary<string, FitStatistics> { ["a"] = statistics }, plan.Horizon, ThresholdScope.Global, 20);
        using var start = GlobalModel.Start(schemes.Model, NormalizerFit.Fit(statistics), 1, shape: SmallRun.Shape);
        var trainer = new LocalTraining(start, await data.ReadAsync(plan, schemes.BySite["a"], default), SharedScope.Everything);
        var weights = SmallRun.Round(trainer, start).Weights;
        using var finished = GlobalModel.Finish(start, SharedScope.Everything, weights, null, FinishState.Start(start.Scheme.Count));
        var card = GlobalModel.Describe(finished, statistics, span, plan, schemes, trainer.Validate(weights, null), Lineage);
        var files = finished.ToFiles(card);
        var read = SegmentModel.ReadCard(files);
        Assert.Equal(("run-1", 3), (read.Lineage!.Run, read.Lineage.Rounds));
        Assert.Equal(Lineage.Watermarks, read.Lineage.Watermarks);
        Assert.Equal(SmallShop.Start.AddDays(401), read.Data.Watermark);
        Assert.Equal(statistics.Examples, read.TrainingExamples);

        var scanner = new LeakScanner(canaries);
        Assert.Empty(files.SelectMany(file => scanner.Scan(file.Key, file.Value)));
    }

    [Fact]
    public void Baselines_OfCounts_AreThoseOfTheExamples()
    {
        var (training, held) = (SmallShopData.Data.Training, SmallShopData.Data.Test!);
        var halves = training.Examples.Index().GroupBy(pair => pair.Index % 2)
            .Select(half => BaselineCounts.Of(training with { Examples = [.. half.Select(pair => pair.Item)] }));
        var measured = BaselineCounts.Merge(halves).Measure(held);
        foreach (var baseline in new IForecasterTrainer[] { new MajorityBaseline(), new RuleBaseline() })
        {
            using var fitted = baseline.Fit(training, SmallShopData.Data.Validation, 1, null, default);
            var forecasts = fitted.Forecast([.. held.Examples.Select(example => example.Input)]);
            var loss = forecasts.Zip(held.Examples).Average(pair => -Math.Log(pair.First.Probabilities[pair.Second.Label]));
            Assert.Equal(loss, measured[baseline.Name].LogLoss, 5);
        }
    }

    [Fact]
    public void AModelOfOtherLabels_IsMeasuredOnTheExamplesOfAnother()
    {
        var held = SmallShopData.Data.Test!;
        var own = HoldoutScores.Of(SmallShopData.Model, held);
        var reversed = held.Scheme with { Labels = [.. held.Scheme.Labels.Reverse(), PredictiveLabels.Browser] };
        var relabelled = new ExampleSet(
            reversed, [.. held.Examples.Select(example => example with { Label = held.Scheme.Count - 1 - example.Label })]);
        var other = HoldoutScores.Of(SmallShopData.Model, relabelled);
        Assert.Equal((own.LossUnits, own.ChurnAuroc), (other.LossUnits, other.ChurnAuroc));
    }
}
