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
        IForecasterTrainer trainer = name switch
        {
            "rfm" => new RuleBaseline(),
            "logistic" => new LogisticBaseline(),
            "lightgbm" => new LightGbmBaseline(LightGbmBaseline.Fallback is null, trialCount: 2),
            _ => new LightGbmBaseline(native: false, trialCount: 1),
        };
        using var majority = new MajorityBaseline().Fit(Data.Training, Data.Validation, 1, null, default);
        using var fitted = trainer.Fit(Data.Training, Data.Validation, 1, null, default);
        Assert.True(LogLoss(fitted) < LogLoss(majority) - 0.02, $"{LogLoss(fitted)} against {LogLoss(majority)}");
        Assert.All(Forecasts(fitted), forecast =>
        {
            Assert.Equal(1, forecast.Probabilities.Sum(), 4);
            Assert.InRange(forecast.Churn, 0, 1);
            Assert.True(forecast.ExpectedSpend >= 0);
        });
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
            return (told, [.. Forecasts(fitted).SelectMany(forecast => forecast.Probabilities)]);
        }
    }

    private static IReadOnlyList<Forecast> Forecasts(IForecaster fitted) => fitted.Forecast([.. Data.Test!.Examples.Select(e => e.Input)]);

    private static double LogLoss(IForecaster fitted) =>
        Forecasts(fitted).Zip(Data.Test!.Examples).Average(pair => -Math.Log(Math.Max(pair.First.Probabilities[pair.Second.Label], 1e-7)));
}
