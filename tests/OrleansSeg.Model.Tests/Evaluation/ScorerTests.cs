using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Tests.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Evaluation;

public sealed class ScorerTests
{
    private static readonly SegmentScheme Scheme = new(SegmentScheme.PredictiveName, ["lapsing", "loyal"], TimeSpan.FromDays(90), 0m);

    [Fact]
    public void Measure_OfFourCustomers_IsWhatAHandComputes()
    {
        var test = new ExampleSet(Scheme, [Example(0), Example(0), Example(1), Example(1)]);
        Forecast[] forecasts = [new([0.9f, 0.1f], 0.9f, 0), new([0.4f, 0.6f], 0.4f, 0), new([0.2f, 0.8f], 0.2f, 0), new([0.5f, 0.5f], 0.5f, 0)];
        var scores = Scorer.Measure("hand", test, forecasts, [1, 1], resamples: 50, seed: 1);
        Assert.Equal(0.5, scores.Accuracy);
        Assert.Equal(0.75, scores.ChurnAuroc!.Value, 12);
        Assert.Equal(0.75, scores.MacroAuroc, 12);
        Assert.Equal(-(Math.Log(0.9) + Math.Log(0.4) + Math.Log(0.8) + Math.Log(0.5)) / 4, scores.LogLoss, 6);

        // Confidence .9 right, .6 wrong, .8 right, .5 wrong (the first of equals is predicted): each alone in its bin.
        Assert.Equal((0.1 + 0.6 + 0.2 + 0.5) / 4, scores.Ece, 6);
        Assert.Equal([[1, 1], [1, 1]], scores.Confusion);
        Assert.Equal((0.01 + 0.36 + 0.04 + 0.25) * 2 / 4, scores.Brier!.Value, 6);
        Assert.Equal((0.01 + 0.36 + 0.04 + 0.25) / 4, scores.ChurnBrier!.Value, 6);
        Assert.Equal((0.1 + 0.6 + 0.2 + 0.5) / 4, scores.ChurnEce!.Value, 6);

        // The highest tenth of four customers is 0.4 of the first one, who lapses: 0.4 of the two who do.
        Assert.Equal(0.2 / 0.1, scores.ChurnLift!.Value, 6);
        Assert.Equal(4, scores.Reliability!.Count);
        Assert.Null(scores.SpendCaptured);
        Assert.Null(scores.SpendGain);
        Assert.All(scores.Ci, interval => Assert.True(interval.Value[0] <= interval.Value[1]));
        Assert.InRange(scores.LogLoss, scores.Ci["logLoss"][0], scores.Ci["logLoss"][1]);
    }

    [Fact]
    public void DecisionWeights_MoveDecisions_AndNothingElse()
    {
        var test = new ExampleSet(Scheme, [Example(0), Example(1), Example(1)]);
        Forecast[] forecasts = [new([0.6f, 0.4f], 0.6f, 0), new([0.6f, 0.4f], 0.6f, 0), new([0.3f, 0.7f], 0.3f, 0)];
        var plain = Scorer.Measure("x", test, forecasts, [1, 1], 2, 1);
        var moved = Scorer.Measure("x", test, forecasts, [1, 2], 2, 1);
        Assert.NotEqual(plain.Confusion, moved.Confusion);
        Assert.Equal((plain.LogLoss, plain.MacroAuroc, plain.ChurnAuroc, plain.Ece), (moved.LogLoss, moved.MacroAuroc, moved.ChurnAuroc, moved.Ece));
    }

    [Fact]
    public void ChurnAuroc_WithNobodyLapsing_IsAbsent()
    {
        var test = new ExampleSet(Scheme, [Example(1), Example(1)]);
        Forecast[] forecasts = [new([0.6f, 0.4f], 0.6f, 0), new([0.3f, 0.7f], 0.3f, 0)];
        var scores = Scorer.Measure("x", test, forecasts, [1, 1], 2, 1);
        Assert.Null(scores.ChurnAuroc);
        Assert.Null(scores.ChurnLift);
        Assert.Null(scores.ChurnGain);
    }

    [Fact]
    public void SpendCaptured_OfTheTenthExpectedToSpendMost_IsTheirShareOfWhatWasSpent()
    {
        var test = new ExampleSet(Scheme, [.. Enumerable.Range(0, 20).Select(i => Example(1) with { FutureSpend = i switch { 3 => 50, 7 => 30, 11 => 20, _ => 0 } })]);
        var scores = Scorer.Measure("x", test, [.. Enumerable.Range(0, 20).Select(i => new Forecast([0.5f, 0.5f], 0.5f, i is 3 or 11 ? 100 + i : i))], [1, 1], 40, 1);
        Assert.Equal(0.7, scores.SpendCaptured!.Value, 9);
        Assert.Equal(0.2, scores.SpendGain![0].Gain, 9);
        Assert.Equal(1, scores.SpendGain[^1].Gain, 9);
        Assert.All(scores.SpendGain, point => Assert.True(point.GainLow <= point.GainHigh && point.Lift == point.Gain / point.Share));
        Assert.InRange(scores.SpendCaptured.Value, scores.Ci["spendCaptured"][0], scores.Ci["spendCaptured"][1]);
    }

    private static Example Example(int label) => new(
        "c", new CustomerInput { AsOf = Histories.Start, Aggregates = [], Attributes = [], Tokens = default }, label, true, label > 0, 0);
}
