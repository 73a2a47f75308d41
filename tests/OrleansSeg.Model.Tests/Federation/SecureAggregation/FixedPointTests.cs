using CsCheck;
using OrleansSeg.Model.Federation.SecureAggregation;

namespace OrleansSeg.Model.Tests.Federation.SecureAggregation;

public sealed class FixedPointTests
{
    [Fact]
    public void ToSteps_IsWithinHalfAStep_AndComesBack() => Gen.Double[-3, 3].Sample(value =>
    {
        var point = new FixedPoint(64, 20, 3, 100);
        var steps = point.ToSteps(value);
        Assert.InRange(point.FromSteps(steps) - value, -0.5 / (1 << 20), 0.5 / (1 << 20));
        Assert.Equal(steps, point.Signed((ulong)steps));
        Assert.InRange(steps, -point.EncodedMax, point.EncodedMax);
    });

    [Theory]
    [InlineData(3.0000001)]
    [InlineData(-4)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void ToSteps_OutsideTheBound_IsRefused(double value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedPoint(64, 20, 3, 100).ToSteps(value));

    [Fact]
    public void Bounds_WithWhichASumWraps_AreRefused()
    {
        // 2^23 trainers of at most 2^8 steps reach 2^31, the first sum that a signed 32-bit ring reads as negative.
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedPoint(32, 8, 1, 1 << 23));
        Assert.Equal(256, new FixedPoint(32, 8, 1, (1 << 23) - 1).EncodedMax);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedPoint(64, 54, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedPoint(64, 20, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedPoint(16, 4, 1, 1));
    }

    [Fact]
    public void Finest_IsTheLastThatFits() => Gen.Select(Gen.Double[1e-6, 1e6], Gen.Int[1, 200]).Sample((bound, trainers) =>
    {
        var point = FixedPoint.Finest(32, bound, trainers, most: 60);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedPoint(32, point.FractionBits + 1, bound, trainers));
    });

    [Fact]
    public void Vector_FromItsBytes_IsItselfInTheRing() => Gen.ULong.Array[0, 40].Sample(vector =>
    {
        Assert.Equal(vector, RingVector.FromBytes(RingVector.ToBytes(vector, 64), vector.Length, 64));
        Assert.Equal(
            vector.Select(element => element & uint.MaxValue), RingVector.FromBytes(RingVector.ToBytes(vector, 32), vector.Length, 32));
        Assert.Throws<InvalidDataException>(() => RingVector.FromBytes(RingVector.ToBytes(vector, 32), vector.Length + 1, 32));
    });
}
