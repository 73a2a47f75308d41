using CsCheck;
using OrleansSeg.Data.Simulation.Chance;

namespace OrleansSeg.Data.Tests.Simulation;

public sealed class RandomStreamTests
{
    private const int Draws = 100_000;

    [Fact]
    public void Exp_AgreesWithTheLibrary() =>
        Gen.Double[-700, 700].Sample(x => Math.Abs((PortableMath.Exp(x) / Math.Exp(x)) - 1) < 1e-13);

    [Fact]
    public void Log_AgreesWithTheLibrary() =>
        Gen.Double[-300, 300].Select(power => Math.Pow(10, power)).Sample(x => Math.Abs(PortableMath.Log(x) - Math.Log(x)) <= 1e-14 * Math.Max(1, Math.Abs(Math.Log(x))));

    [Fact]
    public void Words_OfAKnownKey_AreTheSameOnEveryMachine()
    {
        var random = new RandomStream(1, 2, 3);
        Assert.Equal([14054875789429437089UL, 11117207548898235912UL, 4750073118871448236UL], Enumerable.Range(0, 3).Select(_ => random.NextWord()));
    }

    [Fact]
    public void Streams_OfNeighbouringKeys_AreUnrelated()
    {
        var (one, other) = (new RandomStream(1, 0), new RandomStream(1, 1));
        Assert.InRange(Enumerable.Range(0, Draws).Average(_ => (one.Uniform() - 0.5) * (other.Uniform() - 0.5)) * 12, -0.02, 0.02);
    }

    [Theory]
    [InlineData(0.4, 3)]
    [InlineData(1, 0.5)]
    [InlineData(2.6, 10)]
    public void Gamma_HasTheAskedMeanAndShape(double shape, double mean)
    {
        var random = new RandomStream(5);
        AssertMoments(() => random.Gamma(shape, mean), mean, mean / Math.Sqrt(shape));
    }

    [Fact]
    public void Normal_HasMeanZeroAndDeviationOne()
    {
        var random = new RandomStream(6);
        AssertMoments(random.Normal, 0, 1);
    }

    [Fact]
    public void Exponential_HasTheAskedMean()
    {
        var random = new RandomStream(7);
        AssertMoments(() => random.Exponential(4), 4, 4);
    }

    [Fact]
    public void Weighted_ChoosesAsOftenAsTheWeightsSay()
    {
        var random = new RandomStream(8);
        var counts = Enumerable.Range(0, Draws).CountBy(_ => random.Weighted([1, 0, 2, 5])).ToDictionary();
        Assert.False(counts.ContainsKey(1));
        Assert.InRange(counts[0] / (double)Draws, 0.12, 0.13);
        Assert.InRange(counts[3] / (double)Draws, 0.615, 0.635);
    }

    [Fact]
    public void Whole_StaysWithinItsBoundsAndReachesThem()
    {
        var random = new RandomStream(9);
        var seen = Enumerable.Range(0, 1_000).Select(_ => random.Whole(2, 4)).Distinct().Order();
        Assert.Equal([2, 3, 4], seen);
    }

    private static void AssertMoments(Func<double> draw, double mean, double deviation)
    {
        var values = Enumerable.Range(0, Draws).Select(_ => draw()).ToList();
        var found = values.Average();
        Assert.InRange(found, mean - (0.02 * deviation), mean + (0.02 * deviation));
        Assert.InRange(Math.Sqrt(values.Average(v => (v - found) * (v - found))), 0.96 * deviation, 1.04 * deviation);
    }
}
