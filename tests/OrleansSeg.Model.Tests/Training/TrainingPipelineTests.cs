using System.Text.Json;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

public sealed class TrainingPipelineTests
{
    private const string WeightsFile = "model.safetensors";

    [Fact]
    public async Task Evaluate_OnASmallShop_ReportsOurModelAndEveryBaseline()
    {
        var cutoff = SmallShop.Start.AddDays(330);
        var report = await TrainingPipeline.EvaluateAsync(SmallShop.Source(SmallShop.Histories()), cutoff, SmallShop.Plan, null, default);
        Assert.Equal(["gru", "lightgbm", "logistic", "majority", "rfm"], report.Baselines.Keys.Order());
        Assert.Equal(cutoff - SmallShop.Horizon, report.ValidationCutoff);
        Assert.All(report.TrainingCutoffs, training => Assert.True(training + SmallShop.Horizon <= report.ValidationCutoff));
        Assert.All(report.Baselines.Values.Append(report.Model), scores =>
        {
            Assert.Equal(report.TestCustomers, scores.Confusion.Sum(row => row.Sum()));
            Assert.Equal(report.TestCustomers, scores.PerClass.Values.Sum(figures => figures.Support));
            Assert.All(["accuracy", "macroF1", "macroAuroc", "logLoss", "churnAuroc", "ece"], name => Assert.Equal(2, scores.Ci[name].Length));
        });
        Assert.Equal(["bgnbd", "bgnbd_calibrated", "gru", "lightgbm", "logistic", "majority", "model", "rfm"], report.Value.Keys.Order());
        Assert.Equal(report.Model.ChurnAuroc!.Value, report.Value["model"].ChurnAuroc!.Value, 6);
        Assert.True(report.Value["bgnbd"] is { ChurnAuroc: > 0.6, AgainstModel: not null, Interval: null });
        Assert.True(report.Value["model"] is { AgainstModel: null, Interval.Covered: > 0.6 });
        Assert.True(report.Model.LogLoss < report.Baselines["majority"].LogLoss);
        Assert.True(report.Model.ChurnAuroc > 0.6);

        using var json = JsonDocument.Parse(JsonSerializer.Serialize(report, BundleJson.Compact));
        string[] promised = ["cutoff", "horizonDays", "labels", "testCustomers", "model", "baselines"];
        Assert.All(promised, name => Assert.True(json.RootElement.TryGetProperty(name, out _), name));
        string[] figures = ["engine", "accuracy", "macroF1", "macroAuroc", "logLoss", "churnAuroc", "ece", "perClass", "confusion", "ci"];
        Assert.All(figures, name => Assert.True(json.RootElement.GetProperty("baselines").GetProperty("lightgbm").TryGetProperty(name, out _), name));
    }

    [Fact]
    public async Task Train_Twice_GivesTheSameBundle_WhichForecastsTheSameOnceLoaded()
    {
        var histories = SmallShop.Histories();
        var one = await TrainingPipeline.TrainAsync(SmallShop.Source(histories), SmallShop.Plan, null, default);
        var other = await TrainingPipeline.TrainAsync(SmallShop.Source(Enumerable.Reverse(histories)), SmallShop.Plan, null, default);
        Assert.Equal(one.Files.Keys.Order(), other.Files.Keys.Order());
        Assert.All(one.Files, file => Assert.Equal(file.Value, other.Files[file.Key]));

        var store = Directory.CreateTempSubdirectory("orleansseg-store-").FullName;
        var hash = BundleFolder.Write(store, one.Files);
        using var loaded = SegmentModel.FromFiles(BundleFolder.Read(store, hash));
        Assert.Equal(one.Card.Labels, loaded.Scheme.Labels);
        Directory.Delete(store, recursive: true);
    }

    [Fact]
    public async Task Train_FittingAgain_KeepsWhatValidationSaid_AndLearnsFromWhatCameAfter()
    {
        var histories = SmallShop.Source(SmallShop.Histories());
        var once = await TrainingPipeline.TrainAsync(histories, SmallShop.Plan, null, default);
        var again = await TrainingPipeline.TrainAsync(histories, SmallShop.Plan with { Refit = true }, null, default);
        Assert.Null(once.Card.RefittedExamples);
        Assert.True(again.Card.RefittedExamples > once.Card.TrainingExamples + once.Card.ValidationExamples);
        Assert.Equal(once.Card.Validation.LogLoss, again.Card.Validation.LogLoss);
        Assert.NotEqual(once.Files[WeightsFile], again.Files[WeightsFile]);
        using var loaded = SegmentModel.FromFiles(again.Files);
        using var before = SegmentModel.FromFiles(once.Files);
        Assert.Equal(before.Calibration.Segments, loaded.Calibration.Segments with { Biases = before.Calibration.Segments.Biases });
        Assert.Equal(before.DecisionWeights.ToArray(), loaded.DecisionWeights.ToArray());
    }

    [Fact]
    public async Task Train_FixesItsOwnThreads_WhateverThePoolsThreadsHave()
    {
        var (histories, plan) = (SmallShop.Source(SmallShop.Histories()), SmallShop.Plan with { Threads = 1 });
        var bundle = await TrainingPipeline.TrainAsync(histories, plan, null, default);
        var data = await ExampleReader.ReadForTrainingAsync(histories, plan, null, default);
        using var threads = TorchThreads.Fix(plan.Threads);
        using var model = new ModelTrainer().Fit(data.Training, data.Validation, plan.Seed, null, default);
        Assert.Equal(model.ToFiles(bundle.Card)[WeightsFile], bundle.Files[WeightsFile]);
    }
}
