using CsCheck;
using OrleansSeg.Model.Federation.Compression;

namespace OrleansSeg.Model.Tests.Federation.Compression;

public class EightBitCompressorTests
{
    [Theory]
    [InlineData(false, 0.5), InlineData(true, 1)]
    public void Read_OfAnyVector_IsWithinTheBlocksScale(bool stochastic, double scales) =>
        Gen.Select(Gen.Float[-1e6f, 1e6f].Array[1, 300], Gen.Int[1, 400], Gen.ULong).Sample((values, blockLength, seed) =>
        {
            var read = RoundTrip(new() { BlockLength = blockLength, Stochastic = stochastic }, values, seed);
            for (var i = 0; i < values.Length; i++)
            {
                var block = values.Skip(i / blockLength * blockLength).Take(blockLength);
                var bound = (block.Max(Math.Abs) / 127.0 * (scales + 1e-4)) + Math.Pow(2, -143);
                Assert.True(Math.Abs((double)read[i] - values[i]) <= bound, $"{values[i]} became {read[i]}, bound {bound}");
            }
        });

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Read_OfBlocksNearTheSmallestFloats_IsWithinTheStatedBound(bool stochastic)
    {
        // The scale of such a block is itself a whole number of smallest floats, half of one off at most.
        for (var ulps = 0; ulps < 2_000; ulps++)
        {
            var value = ulps * float.Epsilon;
            var read = RoundTrip(new() { Stochastic = stochastic }, [value], (ulong)ulps)[0];
            Assert.InRange(Math.Abs((double)read - value), 0, (value / 127.0) + Math.Pow(2, -143));
        }
    }

    [Fact]
    public void Read_AfterStochasticRounding_IsRightInTheMean()
    {
        // Between two steps at 0.3: the mean of 20,000 draws is within five standard errors of it.
        var values = Enumerable.Repeat(0.3f / 127, 20_000).Append(1f).ToArray();
        var read = RoundTrip(new() { BlockLength = values.Length }, values, seed: 7);
        Assert.Equal(0.3, read.SkipLast(1).Average() * 127, 5 * Math.Sqrt(0.3 * 0.7 / 20_000));
        Assert.Equal([0, 1], read.SkipLast(1).Distinct().Order().Select(value => (int)Math.Round(value * 127)));
        Assert.NotEqual(read, RoundTrip(new() { BlockLength = values.Length }, values, seed: 8));
        Assert.Equal(0, RoundTrip(new() { BlockLength = values.Length, Stochastic = false }, values, seed: 7).SkipLast(1).Max());
    }

    [Theory]
    [InlineData(float.MaxValue), InlineData(float.MinValue), InlineData(float.Epsilon), InlineData(0f), InlineData(1e-44f)]
    public void Read_OfTheMostExtremeNumbers_IsFiniteAndClose(float extreme)
    {
        var read = RoundTrip(new(), [extreme, 0], seed: 1);
        Assert.Equal(0, read[1]);
        Assert.True(Math.Abs((double)read[0] - extreme) <= (Math.Abs((double)extreme) * 1e-6) + 1e-43, $"{extreme} became {read[0]}");
    }

    [Theory]
    [InlineData(0, 256, 10), InlineData(1, 256, 15), InlineData(256, 256, 270), InlineData(257, 256, 275), InlineData(100_000, 256, 101_574), InlineData(5, 1, 35)]
    public void Compress_OfALength_TakesAByteANumberAndFourABlock(int length, int blockLength, int expected) =>
        Assert.Equal(expected, new EightBitCompressor(new() { BlockLength = blockLength }).Compress(new float[length], 1).Length);

    private static float[] RoundTrip(EightBitOptions options, float[] values, ulong seed) =>
        UpdateFrame.Read(new EightBitCompressor(options).Compress(values, seed), values.Length);
}
