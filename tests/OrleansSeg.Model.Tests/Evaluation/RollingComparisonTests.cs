using OrleansSeg.Model.Evaluation.Baselines;
using OrleansSeg.Model.Evaluation.Rolling;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Evaluation;

public sealed class RollingComparisonTests
{
    [Fact]
    public void LatestCutoffs_LeaveTheHorizon_AndAscend() => Assert.Equal(
        [new DateTimeOffset(2011, 7, 12, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2011, 8, 11, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2011, 9, 10, 0, 0, 0, TimeSpan.Zero)],
        RollingPlan.LatestCutoffs(new DateTimeOffset(2011, 12, 9, 12, 50, 0, TimeSpan.Zero), TimeSpan.FromDays(90), TimeSpan.FromDays(30), 3));

    [Fact]
    public async Task BetterContender_IsSeenAsBetter_AndTheSameOneAsTheSame()
    {
        var plan = new RollingPlan
        {
            Cutoffs = RollingPlan.LatestCutoffs(SmallShop.Start.AddDays(400), SmallShop.Horizon, TimeSpan.FromDays(30), 2),
            Seeds = [1, 2],
            Contenders = [new("majority", new MajorityBaseline()), new("again", new MajorityBaseline()), new("logistic", new LogisticBaseline())],
            Data = SmallShop.Plan with { BootstrapResamples = 200 },
        };
        var report = await new RollingComparison(SmallShop.Source(SmallShop.Histories()), plan, null).RunAsync(default);
        Assert.True(report.Examples > report.Customers, $"{report.Examples} {report.Customers}");
        Assert.All(report.Contenders, contender => Assert.Equal(4, contender.Fits.Count));
        Assert.Null(report.Contenders[0].Difference);
        Assert.Equal(new PairedDifference(0, 0, 0), report.Contenders[1].Difference);
        Assert.True(report.Contenders[2].Difference is { High: < 0 } better && Math.Abs(better.Mean - (report.Contenders[2].LogLoss - report.Contenders[0].LogLoss)) < 1e-9);
        Assert.Equal(0, report.Contenders[0].SeedDeviation!.Value, 9);
    }

    [Fact]
    public void Interval_IsOfCustomers_NotOfTheirExamples()
    {
        // Ten customers who are alike in all their examples tell no more when each is asked a hundred times.
        var random = new Random(1);
        var values = Enumerable.Range(0, 10).Select(_ => random.NextDouble() - 0.5).ToList();
        var once = PairedDifference.Of([.. values.Select((_, i) => $"c{i}")], values, 2_000, 1);
        var often = PairedDifference.Of(
            [.. Enumerable.Range(0, 1_000).Select(i => $"c{i % 10}")], [.. Enumerable.Range(0, 1_000).Select(i => values[i % 10])], 2_000, 1);
        Assert.Equal((once.Mean, once.Low, once.High), (often.Mean, often.Low, often.High), new Close());
        Assert.True(once.High - once.Low > 0.2, $"{once}");
    }

    private sealed class Close : IEqualityComparer<(double, double, double)>
    {
        public bool Equals((double, double, double) x, (double, double, double) y) =>
            Math.Abs(x.Item1 - y.Item1) + Math.Abs(x.Item2 - y.Item2) + Math.Abs(x.Item3 - y.Item3) < 1e-9;

        public int GetHashCode((double, double, double) obj) => 0;
    }
}
