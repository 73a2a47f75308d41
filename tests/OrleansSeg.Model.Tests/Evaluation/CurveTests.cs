using CsCheck;
using OrleansSeg.Model.Evaluation;

namespace OrleansSeg.Model.Tests.Evaluation;

public sealed class CurveTests
{
    [Fact]
    public void Gain_OfAScoreThatTellsNothing_IsTheShareItself()
    {
        var curve = new GainCurve(Enumerable.Repeat(0.3, 50), Enumerable.Range(0, 50).Select(i => i < 7 ? 1.0 : 0.0));
        Assert.All(curve.ToPoints([])!, point => Assert.Equal(1, point.Lift, 9));
    }

    [Fact]
    public void Gain_RisesToOne_AndNoScoreIsBetterThanTheTruth() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 4]).Array[1, 40].Where(items => items.Any(item => item.Item2 > 0)).Sample(items =>
        {
            var points = new GainCurve(items.Select(i => (double)i.Item1), items.Select(i => (double)i.Item2)).ToPoints([])!;
            var best = new GainCurve(items.Select(i => (double)i.Item2), items.Select(i => (double)i.Item2)).ToPoints([])!;
            Assert.All(points.Zip(points.Skip(1)), pair => Assert.True(pair.First.Gain <= pair.Second.Gain + 1e-12));
            Assert.All(points.Zip(best), pair => Assert.True(pair.First.Gain <= pair.Second.Gain + 1e-9));
            Assert.Equal(1, points[^1].Gain, 9);
        });

    [Fact]
    public void Gain_Weighted_EqualsRepeatingItems() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 4], Gen.Int[0, 3]).Array[1, 30].Sample(items =>
        {
            var weighted = new GainCurve(items.Select(i => (double)i.Item1), items.Select(i => (double)i.Item2))
                .Captured(GainCurve.Shares, items.Select(i => i.Item3).ToArray());
            var repeated = items.SelectMany(i => Enumerable.Repeat(i, i.Item3)).ToList();
            var expected = new GainCurve(repeated.Select(i => (double)i.Item1), repeated.Select(i => (double)i.Item2)).Captured(GainCurve.Shares, []);
            Assert.All(weighted.Zip(expected), pair => Assert.True(double.IsNaN(pair.Second) ? double.IsNaN(pair.First) : Math.Abs(pair.First - pair.Second) < 1e-9));
        });

    [Fact]
    public void Bins_HoldEveryForecastOnce_AndAgreeWithTheError() =>
        Gen.Select(Gen.Double[0, 1], Gen.Bool).Array[1, 60].Sample(items =>
        {
            double[] probabilities = [.. items.Select(item => item.Item1)];
            bool[] hits = [.. items.Select(item => item.Item2)];
            var bins = Reliability.Bins(probabilities, hits);
            Assert.Equal(items.Length, bins.Sum(bin => bin.Count));
            Assert.All(bins, bin => Assert.True(
                bin.From <= bin.Forecast && bin.Forecast <= bin.To && bin.ObservedLow <= bin.Observed + 1e-12 && bin.Observed <= bin.ObservedHigh + 1e-12));
            Assert.Equal(bins.Sum(bin => bin.Count * Math.Abs(bin.Forecast - bin.Observed)) / items.Length, Reliability.Error(probabilities, hits, []), 9);
        });

    [Fact]
    public void Wilson_OfOneInTen_IsThePublishedInterval()
    {
        var bin = Assert.Single(Reliability.Bins([.. Enumerable.Repeat(0.1, 10)], [true, .. Enumerable.Repeat(false, 9)]));
        Assert.Equal((0.0179, 0.4042), (Math.Round(bin.ObservedLow, 4), Math.Round(bin.ObservedHigh, 4)));
    }

    [Theory]
    [InlineData(1, 8, 0.0390625)]
    [InlineData(8, 1, 0.0390625)]
    [InlineData(6, 16, 0.05247879)]
    [InlineData(121, 59, 4.434e-6)]
    [InlineData(5, 5, 1)]
    [InlineData(0, 0, 1)]
    public void McNemar_OfCounts_IsTheExactBinomialTest(int first, int second, double expected)
    {
        var test = McNemar.Of(first, second);
        Assert.InRange(test.PValue, expected * 0.999, expected * 1.001);
    }

    [Fact]
    public void McNemar_OfVeryManyExamples_IsStillANumber()
    {
        Assert.InRange(McNemar.Of(10_200, 9_800).PValue, 0.0047, 0.0048);
        Assert.InRange(McNemar.Of(50_000, 50_000).PValue, 0.999, 1);
    }

    [Fact]
    public void McNemar_OfDecisions_CountsOnlyWhereTheyDiffer() =>
        Assert.Equal(McNemar.Of(2, 1), McNemar.Of([0, 0, 1, 1, 2, 2], [0, 0, 1, 0, 2, 0], [0, 1, 0, 0, 2, 2]));
}
