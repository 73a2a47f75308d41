using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Inference;

public sealed class SpendIntervalTests
{
    private static readonly (Forecast Forecast, Example Truth)[] Customers = [.. Simulate(6_000)];

    private static readonly SpendInterval Interval =
        SpendInterval.Fit([.. Customers.Take(3_000).Select(one => one.Forecast)], [.. Customers.Take(3_000).Select(one => one.Truth)])!;

    [Fact]
    public void Intervals_HoldFourInFive_OfCustomersTheyWereNotFittedOn_AndAmongTheBestToo()
    {
        var held = Customers[3_000..];
        Assert.InRange(Covered(held), 0.78, 0.84);

        // Of whom little is expected most buy no more, and nothing alone holds more than four in five.
        foreach (var third in held.OrderByDescending(one => one.Forecast.ExpectedSpend).Chunk(1_000).Take(2))
        {
            Assert.InRange(Covered(third), 0.76, 0.86);
        }
    }

    [Fact]
    public void Intervals_FollowChurn()
    {
        var (loyal, torn, gone) = (Interval.Of(0.02, 100), Interval.Of(0.4, 100), Interval.Of(0.95, 100));
        Assert.True(loyal.Low > 0);
        Assert.True(torn is { Low: 0, High: > 0 });
        Assert.Equal((0f, 0f), gone);
    }

    [Fact]
    public void MoreMass_HoldsAllThatLessHolds()
    {
        foreach (var churn in new[] { 0.02, 0.09, 0.11, 0.3, 0.6, 0.9 })
        {
            var intervals = Enumerable.Range(1, 19).Select(step => (Interval with { Masses = [step / 20.0], Groups = [] }).Of(churn, 100)).ToList();
            Assert.All(intervals.Zip(intervals.Skip(1)), pair => Assert.True(pair.Second.Low <= pair.First.Low && pair.Second.High >= pair.First.High, $"{churn}: {pair}"));
        }
    }

    [Fact]
    public void MassFor_IsTheLeastThatHolds()
    {
        foreach (var (forecast, truth) in Customers.Take(300))
        {
            var mass = Interval.MassFor(forecast.Churn, forecast.ExpectedSpend, truth.FutureSpend);
            var (low, high) = (Interval with { Masses = [Math.Min(1, mass + 1e-6)], Groups = [] }).Of(forecast.Churn, forecast.ExpectedSpend);
            if (mass < 1)
            {
                Assert.True(truth.FutureSpend >= low - 1e-3 && truth.FutureSpend <= high + 1e-3, $"{forecast} {truth.FutureSpend}: {low} to {high}");
            }
        }
    }

    [Fact]
    public void Factors_GiveWhoBuysSeldom_AndWhoBuysEachTime_WhatTheySpend()
    {
        // The head is right about the mean of log(1 + spend); one factor would give one half far too much.
        var (logs, spends) = (new List<float>(), new List<double>());
        for (var i = 0; i < 2_000; i++)
        {
            var buys = i % 2 == 0 || i % 20 == 1;
            logs.Add((float)((i % 2 == 0 ? 1 : 0.1) * Math.Log(101)) + (i % 7 * 1e-3f));
            spends.Add(buys ? 100 : 0);
        }

        var factors = SpendFactors.Fit(logs, spends)!;
        Assert.Equal(100, Expected(0), 5.0);
        Assert.Equal(10, Expected(1), 0.5);
        Assert.Null(SpendFactors.Fit([.. logs.Take(150)], [.. spends.Take(150)]));

        double Expected(int customer) => Calibration.Spend(logs[customer]) * factors.At(logs[customer]);
    }

    [Fact]
    public void FewBuyers_HaveNoInterval() =>
        Assert.Null(SpendInterval.Fit([.. Customers.Take(20).Select(one => one.Forecast)], [.. Customers.Take(20).Select(one => one.Truth)]));

    [Fact]
    public void Bundle_KeepsItsIntervals()
    {
        using var loaded = SegmentModel.FromFiles(SmallShopData.Model.ToFiles(Cards.Any));
        Assert.Equal(SmallShopData.Model.Calibration.Interval!.Masses.ToArray(), loaded.Calibration.Interval!.Masses.ToArray());
        var forecast = loaded.Forecast([SmallShopData.Data.Test!.Examples[0].Input])[0];
        Assert.True(forecast.SpendLow <= forecast.SpendHigh);
    }

    private static double Covered((Forecast Forecast, Example Truth)[] customers) => customers.Average(one =>
    {
        var (low, high) = Interval.Of(one.Forecast.Churn, one.Forecast.ExpectedSpend);
        return one.Truth.FutureSpend >= low && one.Truth.FutureSpend <= high ? 1.0 : 0;
    });

    // Larger buyers vary less; expectations are right on average.
    private static IEnumerable<(Forecast Forecast, Example Truth)> Simulate(int customers)
    {
        var random = new Random(3);
        for (var i = 0; i < customers; i++)
        {
            var (churn, size) = (random.NextDouble(), Math.Exp(2 + (3 * random.NextDouble())));
            var deviation = size > 50 ? 0.4 : 0.9;
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var spend = random.NextDouble() < churn ? 0 : size * Math.Exp((deviation * normal) - (deviation * deviation / 2));
            yield return (new Forecast([1], (float)churn, (float)((1 - churn) * size)), new Example($"c{i}", SmallShopData.Data.Test!.Examples[0].Input, 0, true, spend > 0, (float)spend));
        }
    }
}
