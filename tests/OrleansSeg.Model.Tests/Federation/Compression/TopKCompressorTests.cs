using CsCheck;
using OrleansSeg.Model.Federation.Compression;

namespace OrleansSeg.Model.Tests.Federation.Compression;

public class TopKCompressorTests
{
    [Fact]
    public void Read_OfAVector_HasItsLargestNumbersAsTheyAreAndNoOthers() =>
        Assert.Equal([0, -5, 0, 4, 0, 0], RoundTrip(0.3, [1, -5, 0.5f, 4, -3.9f, 0]));

    [Fact]
    public void Read_OfEqualNumbers_HasTheFirst() =>
        Assert.Equal([2, -1, 1, 0, 0, 0], RoundTrip(0.5, [2, -1, 1, 1, -1, 1]));

    [Fact]
    public void Compress_FewerNumbersThanItsShare_SendsNoZeros() =>
        Assert.Equal(6 + 4 + 5, new TopKCompressor(new() { Share = 1 }).Compress([0, 0, 7, 0], 1).Length);

    [Fact]
    public void Read_OfAnyVector_LeavesOutNothingLargerThanWhatItSent() =>
        Gen.Select(Gen.Float[-9, 9].Select(value => MathF.Round(value)).Array[1, 600], Gen.Double[0.001, 1]).Sample((values, share) =>
        {
            var read = RoundTrip(share, values);
            var count = (int)Math.Min(values.Length, Math.Ceiling(share * values.Length));
            Assert.Equal(Math.Min(count, values.Count(value => value != 0)), read.Count(value => value != 0));
            Assert.All(values.Zip(read), pair => Assert.True(pair.Second == 0 || pair.Second == pair.First));
            var left = values.Zip(read).Where(pair => pair.Second == 0).Select(pair => Math.Abs(pair.First)).Append(0).Max();
            Assert.True(read.All(value => value == 0 || Math.Abs(value) >= left));
        });

    [Fact]
    public void Read_PlacesFarApart_AreFound()
    {
        var values = new float[3_000_000];
        (values[0], values[127], values[255], values[600_000], values[2_999_999]) = (1, 2, 3, 4, 5);
        Assert.Equal(values, RoundTrip(2e-6, values));
    }

    [Fact]
    public void Compress_OneInAHundred_TakesAboutOneInSeventyOfTheBytes()
    {
        var random = new Random(5);
        var values = Enumerable.Range(0, 200_000).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var bytes = TransferredBytes.Of(new TopKCompressor(new()).Compress(values, 1), values.Length);
        Assert.Equal(800_006, bytes.Plain);
        Assert.InRange(bytes.Ratio, 0.0125, 0.014);
        Assert.Equal(bytes.Ratio, (bytes + bytes).Ratio);
    }

    private static float[] RoundTrip(double share, float[] values) =>
        UpdateFrame.Read(new TopKCompressor(new() { Share = share }).Compress(values, 1), values.Length);
}
