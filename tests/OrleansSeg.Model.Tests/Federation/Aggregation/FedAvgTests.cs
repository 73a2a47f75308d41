using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Aggregation;

namespace OrleansSeg.Model.Tests.Federation.Aggregation;

public class FedAvgTests
{
    [Fact]
    public void Aggregate_TrainersOfOneAndThreeExamples_IsTheWeightedMeanExactly()
    {
        TrainerUpdate[] updates = [new("a", [1, -4, 0.5f], 1, 1), new("b", [2, 8, 0.25f], 3, 1)];
        var round = new FedAvg().Aggregate([10, 20, 30], ServerState.Empty, updates, 2);
        Assert.Equal([10 + 1.75f, 20 + 5, 30 + 0.3125f], round.Weights);
    }

    [Fact]
    public void Aggregate_SeveralRounds_AgreesWithReference()
    {
        var run = new DrawnRun(11);
        DrawnRun.AssertClose(run.Play(new FedAvg()).Weights, i => run.Weights[i] + run.Rounds.Sum(updates => DrawnRun.MeanDelta(updates, i)));
    }

    [Fact]
    public void Aggregate_ManyTinyUpdates_LosesNothingToSinglePrecision()
    {
        // A single-precision sum of a million examples would stop growing; the mean of equal changes is that change.
        var updates = Enumerable.Range(0, 2_000).Select(n => new TrainerUpdate($"t{n}", [1e-4f], 1_000_003, 1)).ToArray();
        Assert.Equal(1e-4f, new FedAvg().Aggregate([0], ServerState.Empty, updates, updates.Length).Weights[0]);
    }

    [Fact]
    public void Aggregate_OneSumInPlaceOfItsTrainers_GivesTheSameWeights()
    {
        // What secure aggregation hands over: one mean with all the examples.
        TrainerUpdate[] updates = [new("a", [1, -4], 1, 1), new("b", [2, 8], 3, 1)];
        Assert.Equal(
            new FedAvg().Aggregate([10, 20], ServerState.Empty, updates, 2).Weights,
            new FedAvg().Aggregate([10, 20], ServerState.Empty, [new("sum", [1.75f, 5], 4, 1)], 2).Weights);
    }
}
