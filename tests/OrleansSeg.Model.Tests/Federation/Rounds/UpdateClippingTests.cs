using CsCheck;
using OrleansSeg.Model.Federation.Rounds;

namespace OrleansSeg.Model.Tests.Federation.Rounds;

public class UpdateClippingTests
{
    [Fact]
    public void Clip_WithinTheBound_IsTheVectorItself()
    {
        var clipped = UpdateClipping.Clip([3, -4], 5);
        Assert.Equal([3, -4], clipped.Values);
        Assert.Equal(5, clipped.NormBefore);
    }

    [Fact]
    public void Clip_BeyondTheBound_IsTheSameDirectionAtTheBound()
    {
        var clipped = UpdateClipping.Clip([30, -40], 5);
        Assert.Equal(3, clipped.Values[0], 1e-5);
        Assert.Equal(-4, clipped.Values[1], 1e-5);
        Assert.Equal(50, clipped.NormBefore);
    }

    [Fact]
    public void Clip_AnyVector_IsNeverLongerThanTheBoundNorMuchShorter() =>
        Gen.Select(Gen.Float[-1e20f, 1e20f].Array[1, 50], Gen.Double[1e-3, 1e3]).Sample((vector, normMax) =>
        {
            var clipped = UpdateClipping.Clip(vector, normMax);
            var norm = UpdateClipping.Norm(clipped.Values);
            Assert.True(norm <= normMax, $"{norm} of {normMax}");
            Assert.True(norm >= Math.Min(normMax, clipped.NormBefore) * (1 - 1e-5), $"{norm} of {normMax}, before {clipped.NormBefore}");
        });

    [Fact]
    public void Clip_NotFiniteOrBadBound_IsRefused()
    {
        Assert.StartsWith("Number 1 is NaN.", Assert.Throws<ArgumentException>(() => UpdateClipping.Clip([0, float.NaN], 1)).Message, StringComparison.Ordinal);
        Assert.All([0, -1, double.NaN, double.PositiveInfinity], bound => Assert.Throws<ArgumentOutOfRangeException>(() => UpdateClipping.Clip([1], bound)));
    }
}
