using System.Text.Json;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Federation.Training;

public sealed class FinishStateTests
{
    private static readonly IReadOnlyList<Example> Truths = SmallShopData.Data.Validation.Examples;
    private static readonly int Labels = SmallShopData.Data.Scheme.Count;

    // Over-confident on purpose, so that there is something to correct.
    private static readonly Heads[] Outputs = [.. NetworkForecasts
        .Run(SmallShopData.Model.Network, SmallShopData.Model.Encoder, [.. Truths.Select(example => example.Input)])
        .Select(head => new Heads(Array.ConvertAll(head.Logits, logit => logit < -1e8f ? logit : logit * 6), (head.Churn * 3) + 1, head.LogSpend))];

    [Fact]
    public void OneTrainer_EndsWhereTheExactFitEnds()
    {
        var finished = Finish(1);
        var exact = Calibration.Fit(Outputs, Truths);
        var (logits, labels) = (Outputs.Select(head => head.Logits).ToList(), Truths.Select(example => example.Label).ToList());
        Assert.InRange(finished.Question.Segments.LogLoss(logits, labels) - exact.Segments.LogLoss(logits, labels), -0.01, 0.001);
        Assert.Equal(exact.Churn.Temperature, finished.Question.Churn.Temperature, 0.05);
        Assert.Equal(exact.SpendFactor, finished.SpendFactor, 6);
        Assert.True(exact.Segments.Temperature > 1.5, "There was nothing to correct.");

        List<float[]> probabilities = [.. logits.Select(row => finished.Question.Segments.Apply(row))];
        var search = DecisionWeights.Fit(probabilities, [.. labels], Labels);
        Assert.True(finished.MacroF1 > MacroF1(probabilities, search) - 0.01);
        Assert.Equal(MacroF1(probabilities, finished.Weights), finished.MacroF1, 9);
        Assert.InRange(finished.Answered, 3, 17);
    }

    [Fact]
    public void ManyTrainers_EndWhereOneEnds()
    {
        var (one, many) = (Finish(1), Finish(5));
        Assert.Equal(one.Weights, many.Weights);
        Assert.All(one.Question.Segments.Biases.Zip(many.Question.Segments.Biases), pair => Assert.Equal(pair.First, pair.Second, 9));
        Assert.Equal(one.Question.Churn.Temperature, many.Question.Churn.Temperature, 9);
    }

    [Fact]
    public void WithoutAnyBuyer_ChurnStaysAsItIs()
    {
        var none = Truths.Select(example => example with { HasPurchased = false }).ToList();
        var state = FinishState.Start(Labels);
        while (!state.Done)
        {
            state = state.Next(FinishSums.Of(state.Question, Outputs, none));
        }

        Assert.Equal(1, state.Question.Churn.Temperature);
    }

    private static FinishState Finish(int trainers)
    {
        var parts = Enumerable.Range(0, Truths.Count).GroupBy(row => $"t{row % trainers}").ToList();
        var state = FinishState.Start(Labels);
        while (!state.Done)
        {
            // Through JSON, as a coordinator stores it and trainers answer.
            state = Copy(Copy(state).Next(FinishSums.Merge(parts.ToDictionary(
                part => part.Key,
                part => Copy(FinishSums.Of(state.Question, [.. part.Select(row => Outputs[row])], [.. part.Select(row => Truths[row])]))))));
        }

        return state;
    }

    private static double MacroF1(IReadOnlyList<float[]> probabilities, double[] weights) => new ConfusionMatrix(
        Labels, [.. Truths.Select(example => example.Label)], [.. probabilities.Select(row => DecisionWeights.Decide(row, weights))]).MacroF1;

    private static T Copy<T>(T value) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value, BundleJson.Compact), BundleJson.Compact)!;
}
