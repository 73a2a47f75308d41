using OrleansSeg.Model.Evaluation.Baselines.BuyTillYouDie;

namespace OrleansSeg.Model.Tests.Evaluation.BuyTillYouDie;

public sealed class BgNbdTests
{
    private const double Weeks = 13;

    // What Fader, Hardie and Lee found on a fifth of the CDNOW cohort.
    private static readonly BgNbdModel Cdnow = new(0.243, 4.414, 0.793, 2.426);

    [Fact]
    public void Expected_OfThePublishedCustomer_IsThePublishedNumber() =>
        Assert.Equal(1.226, Cdnow.Expected(new PurchaseSummary(2, 30.43, 38.86, 0), 39), 3);

    [Fact]
    public void Fit_OnSimulatedBuyers_FindsWhatTheyWereSimulatedWith_AndTellsTheirFuture()
    {
        var truth = new BgNbdModel(0.8, 6, 0.9, 2.5);
        var buyers = Simulate(truth, 2_500).ToList();
        var fitted = BgNbdModel.Fit(buyers.Select(buyer => buyer.Past), default);
        Assert.InRange(fitted.R, 0.65, 0.95);
        Assert.InRange(fitted.Alpha, 4.5, 7.5);
        Assert.InRange(fitted.A / (fitted.A + fitted.B), 0.2, 0.33);

        // By what is expected of them, from those who are gone to those who buy all the time.
        foreach (var fifth in buyers.OrderBy(buyer => fitted.Silent(buyer.Past, Weeks)).Chunk(buyers.Count / 5))
        {
            Assert.Equal(fifth.Average(buyer => buyer.Future == 0 ? 1.0 : 0), fifth.Average(buyer => fitted.Silent(buyer.Past, Weeks)), 0.06);
            Assert.Equal(fifth.Average(buyer => buyer.Future), fifth.Average(buyer => fitted.Expected(buyer.Past, Weeks)), 0.3);
        }
    }

    [Fact]
    public void GammaGamma_OnSimulatedAmounts_FindsThem_AndPullsFewPurchasesToTheMean()
    {
        var random = new Random(5);
        var buyers = Enumerable.Range(0, 2_500).Select(_ =>
        {
            var (days, rate) = (1 + random.Next(5), Gamma(random, 4, 15));
            return new PurchaseSummary(days - 1, 0, 1, Enumerable.Range(0, days).Average(_ => Gamma(random, 6, rate)));
        }).ToList();
        var fitted = GammaGammaModel.Fit(buyers, default);
        Assert.InRange(fitted.P, 5.2, 6.8);
        Assert.InRange(fitted.Q, 3.3, 4.7);
        var mean = fitted.P * fitted.Gamma / (fitted.Q - 1);
        var (once, often) = (fitted.Expected(new PurchaseSummary(0, 0, 1, 100)), fitted.Expected(new PurchaseSummary(20, 0, 1, 100)));
        Assert.True(mean < once && once < often && often < 100, $"{mean} {once} {often}");
    }

    private static IEnumerable<(PurchaseSummary Past, int Future)> Simulate(BgNbdModel model, int buyers)
    {
        var random = new Random(1);
        for (var buyer = 0; buyer < buyers; buyer++)
        {
            var (age, rate) = (26 + (26 * random.NextDouble()), Gamma(random, model.R, model.Alpha));
            var (one, other) = (Gamma(random, model.A, 1), Gamma(random, model.B, 1));
            var (leaves, last, past, future) = (one / (one + other), 0.0, 0, 0);
            for (var time = Next(); time < age + Weeks; time += Next())
            {
                (past, future, last) = time <= age ? (past + 1, future, time) : (past, future + 1, last);
                if (random.NextDouble() < leaves)
                {
                    break;
                }
            }

            yield return (new PurchaseSummary(past, last, age, 0), future);

            double Next() => -Math.Log(1 - random.NextDouble()) / rate;
        }
    }

    // Marsaglia and Tsang 2000; a shape below 1 by one above it.
    private static double Gamma(Random random, double shape, double rate)
    {
        if (shape < 1)
        {
            return Gamma(random, shape + 1, rate) * Math.Pow(1 - random.NextDouble(), 1 / shape);
        }

        var d = shape - (1.0 / 3);
        while (true)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var v = Math.Pow(1 + (normal / Math.Sqrt(9 * d)), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (normal * normal / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v / rate;
            }
        }
    }
}
