using OrleansSeg.Model.Evaluation.Baselines;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Evaluation;

public sealed class BaselineTests
{
    private static readonly LabelledData Data = SmallShopData.Data;

    [Theory]
    [InlineData("rfm")]
    [InlineData("logistic")]
    [InlineData("lightgbm")]
    [InlineData("fasttree")]
    public void Baseline_OnTheTest_BeatsLabelFrequencies(string name)
    {
        using var majority = new MajorityBaseline().Fit(Data.Training, Data.Validation, 1, null, default);
        using var fitted = TrainerOf(name).Fit(Data.Training, Data.Validation, 1, null, default);
        Assert.True(LogLoss(fitted) < LogLoss(majority) - 0.02, $"{LogLoss(fitted)} against {LogLoss(majority)}");
        Assert.All(Forecasts(fitted), forecast =>
        {
            Assert.Equal(1, forecast.Probabilities.Sum(), 4);
            Assert.InRange(forecast.Churn, 0, 1);
            Assert.True(forecast.ExpectedSpend >= 0);
        });
    }

    [Theory]
    [InlineData("majority")]
    [InlineData("rfm")]
    [InlineData("logistic")]
    [InlineData("lightgbm")]
    [InlineData("fasttree")]
    [InlineData("gru")]
    [InlineData("model")]
    public void FittedAgain_OnTheSameExamples_SaysTheSame_AndOnOthersSomethingElse(string name)
    {
        // As long, as strong a penalty and as many trees as validation chose: else the same examples would not give the same.
        var trainer = TrainerOf(name);
        using var tuned = trainer.Fit(Data.Training, Data.Validation, 1, null, default);
        using var same = tuned.Refit(Data.Training, 1, null, default);
        using var other = tuned.Refit(Data.Validation, 1, null, default);
        Assert.Equal(Probabilities(tuned), Probabilities(same));
        Assert.NotEqual(Probabilities(tuned), Probabilities(other));
    }

    [Fact]
    public void GradientBoosting_NamesTheEngineThatRuns()
    {
        Assert.Equal("FastTree", new LightGbmBaseline(native: false, 1).Engine);
        Assert.Equal("LightGBM", new LightGbmBaseline(native: true, 1).Engine);
        Assert.Equal(LightGbmBaseline.Fallback is null ? "LightGBM" : "FastTree", new LightGbmBaseline().Engine);
    }

    [Fact]
    public void GradientBoosting_Again_ComesToTheSameInEveryTrial()
    {
        var (losses, forecasts) = Boost();
        Assert.Equal(4, losses.Count);
        for (var again = 0; again < 2; again++)
        {
            var (sameLosses, sameForecasts) = Boost();
            Assert.Equal(losses, sameLosses);
            Assert.Equal(forecasts, sameForecasts);
        }

        // The first trials run side by side.
        static (IReadOnlyList<double> Losses, float[] Probabilities) Boost()
        {
            var told = new List<double>();
            using var fitted = new LightGbmBaseline(LightGbmBaseline.Fallback is null, trialCount: 4).Fit(Data.Training, Data.Validation, 1, new SeenProgress(line => told.Add(line.ValidationLoss)), default);
            return (told, Probabilities(fitted));
        }
    }

    private static IForecasterTrainer TrainerOf(string name) => name switch
    {
        "majority" => new MajorityBaseline(),
        "rfm" => new RuleBaseline(),
        "logistic" => new LogisticBaseline(),
        "lightgbm" => new LightGbmBaseline(LightGbmBaseline.Fallback is null, trialCount: 2),
        "fasttree" => new LightGbmBaseline(native: false, trialCount: 1),
        "gru" => new GruBaseline(),
        _ => SmallShopData.Trainer(epochs: 3),
    };

    private static float[] Probabilities(IForecaster fitted) => [.. Forecasts(fitted).SelectMany(forecast => forecast.Probabilities)];

    private static IReadOnlyList<Forecast> Forecasts(IForecaster fitted) => fitted.Forecast([.. Data.Test!.Examples.Select(e => e.Input)]);

    private static double LogLoss(IForecaster fitted) =>
        Forecasts(fitted).Zip(Data.Test!.Examples).Average(pair => -Math.Log(Math.Max(pair.First.Probabilities[pair.Second.Label], 1e-7)));
}
