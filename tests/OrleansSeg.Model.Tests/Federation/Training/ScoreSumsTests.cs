using System.Text.Json;
using CsCheck;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Federation.Training;

public sealed class ScoreSumsTests
{
    private static readonly ExampleSet Test = SmallShopData.Data.Test!;
    private static readonly double[] Weights = [.. SmallShopData.Model.DecisionWeights];
    private static readonly IReadOnlyList<Forecast> Forecasts = SmallShopData.Model.Forecast([.. Test.Examples.Select(example => example.Input)]);
    private static readonly ScoreSums Whole = ScoreSums.Of(Test, Forecasts, Weights);

    [Fact]
    public void Figures_AreThoseOfAnEvaluation()
    {
        var exact = Scorer.Measure("x", Test, Forecasts, Weights, 2, 1);
        var figures = Whole.ToScores("x");
        Assert.Equal(exact.LogLoss, figures.LogLoss, 6);
        Assert.Equal(exact.ChurnAuroc!.Value, figures.ChurnAuroc!.Value, 0.003);
        Assert.Equal(exact.MacroAuroc, figures.MacroAuroc, 0.003);
        Assert.Equal(exact.Ece, figures.Ece, 6);
        Assert.Equal((exact.MacroF1, exact.Accuracy), (figures.MacroF1, figures.Accuracy));
        Assert.Equal(exact.Confusion, figures.Confusion);
    }

    [Fact]
    public void Parts_InAnyOrder_SumToTheWhole() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int).Sample((parts, seed) =>
        {
            var random = new Random(seed);
            var sums = Enumerable.Range(0, Forecasts.Count).GroupBy(_ => random.Next(parts)).Select(rows => ScoreSums.Of(
                Test with { Examples = [.. rows.Select(row => Test.Examples[row])] }, [.. rows.Select(row => Forecasts[row])], Weights)).ToArray();
            random.Shuffle(sums);
            Assert.Equal(ToJson(Whole), ToJson(ScoreSums.Merge(sums)));
        }, iter: 20);

    [Fact]
    public void ForecastsThatAreNoNumbers_HaveTheGreatestLoss()
    {
        var broken = Forecasts.Select(forecast => forecast with { Probabilities = Array.ConvertAll(forecast.Probabilities, _ => float.NaN) });
        Assert.Equal(-Math.Log(1e-7), ScoreSums.Of(Test, [.. broken], Weights).LogLoss, 6);
    }

    [Fact]
    public void Json_ReadsBack()
    {
        var read = JsonSerializer.Deserialize<ScoreSums>(ToJson(Whole), BundleJson.Compact)!;
        Assert.Equal(ToJson(Whole), ToJson(read));
        Assert.Equal(Whole.ChurnAuroc, read.ChurnAuroc);
    }

    private static string ToJson(ScoreSums sums) => JsonSerializer.Serialize(sums, BundleJson.Compact);
}
