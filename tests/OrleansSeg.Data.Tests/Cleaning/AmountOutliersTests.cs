using CsCheck;
using OrleansSeg.Data.Cleaning;

namespace OrleansSeg.Data.Tests.Cleaning;

public sealed class AmountOutliersTests
{
    [Fact]
    public void FewAmounts_HaveNoOutliers()
    {
        var amounts = new AmountOutliers();
        for (var i = 0; i < 99; i++)
        {
            amounts.Add(i == 0 ? 1_000_000m : 1m);
        }

        Assert.Equal((0, null), amounts.Find());
    }

    [Fact]
    public void AmountsFarAbove_AreCounted()
    {
        var amounts = new AmountOutliers();
        for (var i = 0; i < 1000; i++)
        {
            amounts.Add(10m + (i % 10));
        }

        amounts.Add(0m);
        amounts.Add(5_000m);
        amounts.Add(80_995.20m);
        var (count, limit) = amounts.Find();
        Assert.Equal(2, count);
        Assert.InRange(limit!.Value, 20, 5000);
    }

    [Fact]
    public void AnyAmounts_AreCountedAgainstTheLimitThatIsTold() =>
        Gen.Select(Gen.Int[1, 100_000_000], Gen.Int[0, 3]).Select((cents, zeros) => cents * (decimal)Math.Pow(10, zeros) / 100m).List[100, 400].Sample(values =>
        {
            var amounts = new AmountOutliers();
            values.ForEach(amounts.Add);
            var (count, limit) = amounts.Find();

            // The limit is rounded for people, so an amount within a cent of it may fall on either side.
            Assert.InRange(count, values.Count(value => (double)value > limit + 0.01), values.Count(value => (double)value >= limit - 0.01));
        });
}
