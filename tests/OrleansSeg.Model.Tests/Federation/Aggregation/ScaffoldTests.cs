using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Aggregation;

namespace OrleansSeg.Model.Tests.Federation.Aggregation;

public class ScaffoldTests
{
    [Fact]
    public void Aggregate_SeveralRounds_AgreesWithReference()
    {
        var run = new DrawnRun(41);
        var last = run.Play(new Scaffold(new() { ServerRate = 0.8 }));
        DrawnRun.AssertClose(last.Weights, i => run.Weights[i] + run.Rounds.Sum(updates => 0.8 * updates.Average(update => (double)update.Delta[i])));
        DrawnRun.AssertClose(
            Scaffold.Control(last.State, DrawnRun.Length),
            i => run.Rounds.Sum(updates => updates.Sum(update => (double)update.ControlDelta![i]) / DrawnRun.TrainerCount));
    }

    [Fact]
    public void Aggregate_WeightedByExamples_AgreesWithReference()
    {
        var run = new DrawnRun(42);
        var last = run.Play(new Scaffold(new() { ExamplesTotal = 40_000 }));
        DrawnRun.AssertClose(last.Weights, i => run.Weights[i] + run.Rounds.Sum(updates => DrawnRun.MeanDelta(updates, i)));
        DrawnRun.AssertClose(
            Scaffold.Control(last.State, DrawnRun.Length),
            i => run.Rounds.Sum(updates => updates.Sum(update => (double)update.Examples * update.ControlDelta![i]) / 40_000));
    }

    [Fact]
    public void Aggregate_UpdateWithoutControl_IsRefusedByTrainer()
    {
        var strategy = new Scaffold(new());
        TrainerUpdate[] updates = [new("a", [1], 1, 1, [1]), new("b", [1], 1, 1)];
        var refusal = Assert.Throws<ArgumentException>(() => strategy.Aggregate([0], strategy.Start(1), updates, 2));
        Assert.Contains("'b' sent no change of its control variate", refusal.Message, StringComparison.Ordinal);
        updates[1] = updates[1] with { ControlDelta = [1, 2] };
        refusal = Assert.Throws<ArgumentException>(() => strategy.Aggregate([0], strategy.Start(1), updates, 2));
        Assert.Contains("'b' sent a control variate of 2 numbers", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Aggregate_MoreExamplesThanTheRun_IsRefused()
    {
        var strategy = new Scaffold(new() { ExamplesTotal = 10 });
        TrainerUpdate[] updates = [new("a", [1], 8, 1, [1]), new("b", [1], 3, 1, [1])];
        var refusal = Assert.Throws<ArgumentException>(() => strategy.Aggregate([0], strategy.Start(1), updates, 2));
        Assert.Contains("11 examples of a run of 10", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_StepsOfPlainDescent_IsTheMeanOfTheTrainersOwnGradients()
    {
        // Three steps at rate 0.1 along gradients 2, 4 and 6, each corrected by c - c_i = 0.5 - 1.5.
        float[] own = [2, 4, 6];
        var correction = ScaffoldTrainer.Correction([0.5f], [1.5f]);
        Assert.Equal(-1, correction[0]);
        var trained = 7 - (0.1 * own.Sum(gradient => gradient + correction[0]));
        var change = ScaffoldTrainer.After([7], [(float)trained], 3, 0.1, [1.5f], [0.5f]);
        Assert.Equal(4, change.Control[0], 1e-5);
        Assert.Equal(2.5, change.Delta[0], 1e-5);
    }

    [Fact]
    public void After_StepsOfChangingRate_TakesTheirMeanRate()
    {
        var trained = 7 - (0.1 * 5) - (0.3 * 5);
        Assert.Equal(5, ScaffoldTrainer.After([7], [(float)trained], 2, 0.2, [0], [0]).Control[0], 1e-5);
    }

    [Fact]
    public void After_ArgumentsOutOfBounds_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => ScaffoldTrainer.After([1], [1, 2], 1, 0.1, [0], [0]));
        Assert.Throws<ArgumentException>(() => ScaffoldTrainer.After([1], [1], 1, 0.1, [], [0]));
        Assert.Throws<ArgumentException>(() => ScaffoldTrainer.Correction([1], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScaffoldTrainer.After([1], [1], 0, 0.1, [0], [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScaffoldTrainer.After([1], [1], 1, double.NaN, [0], [0]));
    }
}
