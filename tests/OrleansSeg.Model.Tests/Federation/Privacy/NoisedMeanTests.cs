using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Tests.Federation.SecureAggregation;

namespace OrleansSeg.Model.Tests.Federation.Privacy;

public sealed class NoisedMeanTests
{
    [Fact]
    public void Mean_WithAlmostNoNoise_IsTheMeanOfClippedUpdates_AndAStrategyTakesIt()
    {
        // The second has norm 10 and is clipped to 2; examples do not weigh.
        var mean = NoisedMean.Of(
            [new("a", [1, 0, -1], 100, 5), new("b", [6, 8, 0], 1, 5)], new GaussianMechanism(2, 1e-5), new SeededGenerator(1));
        Assert.Equal([1.1, 0.8, -0.5], mean.Delta.Select(value => Math.Round(value, 3)));
        var next = new FedAvg().Aggregate([1, 1, 1], new FedAvg().Start(3), [mean], 2).Weights;
        Assert.Equal([2.1, 1.8, 0.5], next.Select(value => Math.Round(value, 3)));
    }

    [Fact]
    public void Mean_OfNothingTwoOfOneTrainerOrControlVariates_IsRefused()
    {
        var (mechanism, random) = (new GaussianMechanism(1, 1), new SeededGenerator(1));
        Assert.Throws<ArgumentException>(() => NoisedMean.Of([], mechanism, random));
        Assert.Throws<ArgumentException>(() => NoisedMean.Of([new("a", [1], 1, 1), new("a", [2], 1, 1)], mechanism, random));
        Assert.Throws<ArgumentException>(() => NoisedMean.Of([new("a", [1], 1, 1), new("b", [2, 3], 1, 1)], mechanism, random));
        Assert.Throws<ArgumentException>(() => NoisedMean.Of([new TrainerUpdate("a", [1], 1, 1, [1])], mechanism, random));
    }

    [Fact]
    public void Sample_DrawsEachWithTheRate()
    {
        var random = new SeededGenerator(2);
        var counts = new int[10];
        for (var i = 0; i < 20_000; i++)
        {
            foreach (var unit in CustomerSampling.Poisson(10, 0.3, random))
            {
                counts[unit]++;
            }
        }

        Assert.All(counts, count => Assert.InRange(count, 6_000 - 300, 6_000 + 300)); // 4.6 standard deviations
        Assert.Empty(CustomerSampling.Poisson(10, 0, random));
        Assert.Equal(Enumerable.Range(0, 10), CustomerSampling.Poisson(10, 1, random));
        Assert.Throws<ArgumentOutOfRangeException>(() => CustomerSampling.Poisson(10, 1.5, random));
    }
}
