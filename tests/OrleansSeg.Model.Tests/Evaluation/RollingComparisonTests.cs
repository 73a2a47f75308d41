using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Evaluation.Baselines;
using OrleansSeg.Model.Evaluation.Rolling;
using OrleansSeg.Model.Features;
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
        Assert.Empty(report.Contenders[0].Against);
        Assert.All(report.Contenders[1].Against["majority"].Differences.Values, difference => Assert.Equal(new PairedDifference(0, 0, 0), difference));
        Assert.Equal(new McNemar(0, 0, 1), report.Contenders[1].Against["majority"].McNemar);
        var better = report.Contenders[2].Against["majority"];
        Assert.True(better.Differences["logLoss"] is { High: < 0 } loss && Math.Abs(loss.Mean - (report.Contenders[2].LogLoss - report.Contenders[0].LogLoss)) < 1e-9);
        Assert.True(better.Differences["macroAuroc"].Low > 0 && better.McNemar is { PValue: < 0.05 } hits && hits.FirstOnly > hits.SecondOnly, $"{better.McNemar}");
        Assert.All(report.Contenders[2].Figures.Values, figure => Assert.True(figure.Low <= figure.Value && figure.Value <= figure.High, $"{figure}"));
        Assert.Equal(report.Examples, report.Contenders[2].Groups.Where(group => group.Key.StartsWith("known", StringComparison.Ordinal)).Sum(group => group.Value.Examples));
        Assert.Equal(
            report.Contenders[2].LogLoss,
            report.Contenders[2].Groups.Where(group => group.Key.Contains("bought", StringComparison.Ordinal)).Sum(group => group.Value.Examples * group.Value.LogLoss) / report.Examples, 9);
        Assert.Equal(0, report.Contenders[0].SeedDeviation!.Value, 9);
    }

    [Fact]
    public async Task Folds_AreForecastByWhoNeverSawThem_AndMoreCustomersTeachMore()
    {
        var seen = new SeenCustomers();
        var plan = new RollingPlan
        {
            Cutoffs = [SmallShopData.Cutoff],
            Seeds = [1],
            Contenders = [new("logistic", new LogisticBaseline()), new("seen", seen)],
            Data = SmallShop.Plan with { BootstrapResamples = 20 },
            Folds = 3,
            LearningShares = [0.1, 1],
        };
        var report = await new RollingComparison(SmallShop.Source(SmallShop.Histories()), plan, null).RunAsync(default);
        Assert.Equal(3 + 2, seen.Fits.Count);
        Assert.All(seen.Fits[..3], fit => Assert.Empty(fit.Trained.Intersect(fit.Forecast)));
        Assert.Equal(report.Customers, seen.Fits[..3].Sum(fit => fit.Forecast.Count));
        Assert.True(seen.Fits[3].Trained.Count < 0.2 * seen.Fits[4].Trained.Count);
        var curve = report.LearningCurve.Where(point => point.Contender == "logistic").ToList();
        Assert.True(curve[0].LogLoss > curve[1].LogLoss && curve[0].Customers < curve[1].Customers, string.Join(' ', curve));
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

    /// <summary>Remembers whom it was fitted on and whom it was asked for last.</summary>
    private sealed class SeenCustomers : IForecasterTrainer
    {
        public List<(HashSet<string> Trained, List<string> Forecast)> Fits { get; } = [];

        public string Name => "seen";

        public string Engine => "test";

        public ITunedForecaster Fit(ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
        {
            Fits.Add(([.. train.Examples.Concat(validation.Examples).Select(example => example.CustomerId)], []));
            var owners = SmallShopData.Data.Test!.Examples.ToDictionary(example => string.Join(' ', example.Input.Aggregates), example => example.CustomerId);
            return new Fitted(new MajorityBaseline().Fit(train, validation, seed, null, default), Fits[^1].Forecast, owners);
        }

        private sealed class Fitted(ITunedForecaster inner, List<string> asked, Dictionary<string, string> owners) : ITunedForecaster
        {
            public IForecaster Refit(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
                inner.Refit(matured, seed, progress, cancellationToken);

            public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs)
            {
                asked.Clear();
                asked.AddRange(inputs.Select(input => owners.GetValueOrDefault(string.Join(' ', input.Aggregates), "")));
                return inner.Forecast(inputs);
            }

            public void Dispose() => inner.Dispose();
        }
    }

    private sealed class Close : IEqualityComparer<(double, double, double)>
    {
        public bool Equals((double, double, double) x, (double, double, double) y) =>
            Math.Abs(x.Item1 - y.Item1) + Math.Abs(x.Item2 - y.Item2) + Math.Abs(x.Item3 - y.Item3) < 1e-9;

        public int GetHashCode((double, double, double) obj) => 0;
    }
}
