using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Tests.Federation.SecureAggregation;

namespace OrleansSeg.Model.Tests.Federation.Privacy;

public sealed class GridGaussianTests
{
    /// <summary>Φ at 0.5, 1.5, … 4.5: what a normal deviate of deviation 1 rounds to.</summary>
    private static readonly double[] Normal = [0.6914624612740131, 0.9331927987311419, 0.9937903346742238, 0.9997673709209645];

    [Fact]
    public void Deviates_OfOneStep_HaveTheRoundedNormalsProbabilities()
    {
        const int Draws = 400_000;
        var (noise, counts) = (new GridGaussian(new SeededGenerator(1)), new Dictionary<long, int>());
        for (var i = 0; i < Draws; i++)
        {
            var value = noise.Next(1);
            counts[value] = counts.GetValueOrDefault(value) + 1;
        }

        for (var value = -3; value <= 3; value++)
        {
            var above = value == 0 ? 1 - Normal[0] : Normal[Math.Abs(value) - 1];
            var expected = Draws * (value == 0 ? (2 * Normal[0]) - 1 : Normal[Math.Abs(value)] - above);
            Assert.InRange(counts.GetValueOrDefault(value) - expected, -4.5 * Math.Sqrt(expected), 4.5 * Math.Sqrt(expected));
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(1_000_003)]
    [InlineData(GridGaussian.SigmaMax)]
    public void Deviates_OfManySteps_HaveTheMomentsOfANormal(long sigma)
    {
        const int Draws = 200_000;
        var noise = new GridGaussian(new SeededGenerator((ulong)sigma));
        double one = 0, two = 0, three = 0, four = 0, tail = 0;
        for (var i = 0; i < Draws; i++)
        {
            var value = noise.Next(sigma) / (double)sigma;
            (one, two, three, four) = (one + value, two + (value * value), three + (value * value * value), four + Math.Pow(value, 4));
            tail += Math.Abs(value) > 2.5758 ? 1 : 0;
        }

        var root = Math.Sqrt(Draws);
        Assert.InRange(one / Draws, -4.5 / root, 4.5 / root);
        Assert.InRange((two / Draws) - 1 - (1.0 / 12 / sigma / sigma), -4.5 * Math.Sqrt(2) / root, 4.5 * Math.Sqrt(2) / root);
        Assert.InRange(three / Draws, -4.5 * Math.Sqrt(15) / root, 4.5 * Math.Sqrt(15) / root);
        Assert.InRange((four / Draws) - 3, sigma < 10 ? -0.1 : -4.5 * Math.Sqrt(96) / root, sigma < 10 ? 0.2 : 4.5 * Math.Sqrt(96) / root);
        Assert.InRange(tail / Draws, sigma < 10 ? 0.007 : 0.0090, sigma < 10 ? 0.013 : 0.0110);
    }

    [Fact]
    public void LowestBits_OfDeviatesOfManySteps_AreUniform()
    {
        // Noise made of doubles has holes in its last bits; here every one of 64 remainders is as likely.
        var (noise, bins) = (new GridGaussian(new SeededGenerator(4)), new int[64]);
        for (var i = 0; i < 64_000; i++)
        {
            bins[noise.Next(1L << 40) & 63]++;
        }

        Assert.InRange(bins.Sum(count => (count - 1000.0) * (count - 1000.0) / 1000), 25, 115); // 63 degrees of freedom
    }

    [Theory]
    [InlineData(0)]
    [InlineData(GridGaussian.SigmaMax + 1)]
    public void Deviation_OutsideItsBounds_IsRefused(long sigma) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GridGaussian(new SeededGenerator(1)).Next(sigma));
}
