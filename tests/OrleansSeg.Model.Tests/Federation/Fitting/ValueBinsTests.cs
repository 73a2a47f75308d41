using CsCheck;
using OrleansSeg.Model.Federation.Fitting;

namespace OrleansSeg.Model.Tests.Federation.Fitting;

public sealed class ValueBinsTests
{
    [Fact]
    public void Bins_AreInTheOrderOfTheirNumbers() =>
        Gen.Select(Gen.Double, Gen.Double).Where((x, y) => double.IsFinite(x) && double.IsFinite(y) && x <= y).Sample((x, y) =>
            Assert.True(ValueBins.Of(x) <= ValueBins.Of(y)));

    [Fact]
    public void ANumber_IsCloseToWhatStandsForItsBin() =>
        Gen.Double[-1e9, 1e9].Where(x => Math.Abs(x) > 0.001).Sample(x =>
        {
            var bin = ValueBins.Of(x);
            Assert.InRange(ValueBins.ValueOf(bin) / x, 1 - (1.0 / 64), 1 + (1.0 / 64));
            Assert.Equal(bin, ValueBins.Of(ValueBins.EdgeOf(bin)));
            Assert.Equal(bin, ValueBins.Of(ValueBins.ValueOf(bin)));
        });

    [Fact]
    public void SmallWholeNumbers_AreExact() =>
        Assert.All(Enumerable.Range(-128, 257), x => Assert.Equal(x, ValueBins.ValueOf(ValueBins.Of(x))));

    [Fact]
    public void NumbersOutOfReach_FallIntoTheOutermostBins()
    {
        Assert.Equal(ValueBins.Last, ValueBins.Of(float.MaxValue));
        Assert.Equal(-ValueBins.Last, ValueBins.Of(float.MinValue));
        Assert.Equal(0, ValueBins.Of(-1e-9));
    }
}
