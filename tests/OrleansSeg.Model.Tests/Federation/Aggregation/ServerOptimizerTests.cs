using OrleansSeg.Model.Federation.Aggregation;

namespace OrleansSeg.Model.Tests.Federation.Aggregation;

/// <summary>FedAvgM, FedAdam and FedYogi against references written in double, one weight at a time.</summary>
public class ServerOptimizerTests
{
    private static readonly AdaptiveOptions Adaptive = new() { ServerRate = 0.05, FirstDecay = 0.8, SecondDecay = 0.95, Adaptivity = 0.01 };

    [Fact]
    public void FedAvgM_SeveralRounds_AgreesWithReference()
    {
        var run = new DrawnRun(31);
        var actual = run.Play(new FedAvgM(new() { Momentum = 0.7, ServerRate = 0.5 })).Weights;
        DrawnRun.AssertClose(actual, i =>
        {
            var (weight, velocity) = ((double)run.Weights[i], 0.0);
            foreach (var updates in run.Rounds)
            {
                velocity = (0.7 * velocity) + DrawnRun.MeanDelta(updates, i);
                weight += 0.5 * velocity;
            }

            return weight;
        });
    }

    [Fact]
    public void FedAvgM_WithoutMomentum_IsFedAvg()
    {
        var run = new DrawnRun(32);
        Assert.Equal(run.Play(new FedAvg()).Weights, run.Play(new FedAvgM(new() { Momentum = 0 })).Weights);
    }

    [Fact]
    public void FedAdam_SeveralRounds_AgreesWithReference()
    {
        var run = new DrawnRun(33);
        DrawnRun.AssertClose(run.Play(new FedAdam(Adaptive)).Weights, i => Reference(run, i, (v, square) => (0.95 * v) + (0.05 * square)));
    }

    [Fact]
    public void FedYogi_SeveralRounds_AgreesWithReference()
    {
        var run = new DrawnRun(34);
        DrawnRun.AssertClose(
            run.Play(new FedYogi(Adaptive)).Weights, i => Reference(run, i, (v, square) => v > square ? v - (0.05 * square) : v + (0.05 * square)));
    }

    [Fact]
    public void FedYogi_AfterALargeChange_KeepsItsCautionLongerThanFedAdam()
    {
        // One change of 1, then fifty of 0.01: Adam's second moment has fallen by then, Yogi's hardly.
        Assert.True(Moved(new FedYogi(Adaptive)) < 0.5 * Moved(new FedAdam(Adaptive)));

        static double Moved(Model.Federation.IAggregationStrategy strategy)
        {
            var last = strategy.Aggregate([0], strategy.Start(1), [new("a", [1], 1, 1)], 1);
            for (var round = 0; round < 50; round++)
            {
                last = strategy.Aggregate(last.Weights, last.State, [new("a", [0.01f], 1, 1)], 1);
            }

            return strategy.Aggregate(last.Weights, last.State, [new("a", [0.01f], 1, 1)], 1).Weights[0] - last.Weights[0];
        }
    }

    private static double Reference(DrawnRun run, int i, Func<double, double, double> second)
    {
        var (weight, m, v) = ((double)run.Weights[i], 0.0, 0.01 * 0.01);
        foreach (var updates in run.Rounds)
        {
            var mean = DrawnRun.MeanDelta(updates, i);
            m = (0.8 * m) + (0.2 * mean);
            v = second(v, mean * mean);
            weight += 0.05 * m / (Math.Sqrt(v) + 0.01);
        }

        return weight;
    }
}
