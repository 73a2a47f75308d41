using CsCheck;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Federation.Fitting;

public sealed class FitStatisticsTests
{
    private static readonly List<AsOfExample[]> Customers = [.. SmallShop.Histories().Select(history =>
        AsOfExamples.Of(history, [.. Enumerable.Range(4, 6).Select(month => SmallShop.Start.AddDays(30 * month))], SmallShop.Horizon).ToArray())];

    private static readonly List<AsOfExample> All = [.. Customers.SelectMany(examples => examples)];
    private static readonly FitStatistics Whole = Count(Customers);

    [Fact]
    public void Parts_InAnyOrder_SumToTheWhole() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int).Sample((parts, seed) =>
        {
            var random = new Random(seed);
            var statistics = Customers.GroupBy(_ => random.Next(parts)).Select(Count).ToArray();
            random.Shuffle(statistics);
            Assert.Equal(Whole.ToBytes(), FitStatistics.Merge(statistics).ToBytes());
        }, iter: 20);

    [Fact]
    public void Bytes_ReadBack_AndAreSmall()
    {
        Assert.Equal(Whole.ToBytes(), FitStatistics.FromBytes(Whole.ToBytes()).ToBytes());
        Assert.Equal(All.Count, Whole.Examples);
        Assert.Equal(Customers.Count(examples => examples.Length > 0), Whole.Customers);
        Assert.InRange(Whole.ToBytes().Length, 1, 64 * 1024);
        var full = Histogram.Of(Enumerable.Range(-ValueBins.Last, (2 * ValueBins.Last) + 1).ToDictionary(bin => bin, _ => 10_000L));
        var largest = Whole with { Features = [.. Whole.Features.Select(_ => full)], Spends = [.. Whole.Spends.Select(_ => full)] };
        Assert.True(largest.ToBytes().Length < 1024 * 1024, $"{largest.ToBytes().Length} bytes");
    }

    [Fact]
    public void DamagedBytes_AreRefusedOrReadAsOtherCounts() =>
        Gen.Select(Gen.Int[0, Whole.ToBytes().Length - 1], Gen.Byte, Gen.Bool).Sample((at, value, cut) =>
        {
            var bytes = Whole.ToBytes();
            bytes[at] = value;
            try
            {
                FitStatistics.FromBytes(cut ? bytes[..at] : bytes);
            }
            catch (InvalidDataException refusal)
            {
                Assert.NotEmpty(refusal.Message);
            }
        });

    [Fact]
    public void Normalizer_IsCloseToTheExactOne()
    {
        var exact = FeatureNormalizer.Fit([.. All.Select(example => example.Input.Aggregates)]);
        var fitted = NormalizerFit.Fit(Whole);
        Assert.Equal(exact.Logarithmic, fitted.Logarithmic);
        Assert.Equal(exact.Indicators, fitted.Indicators);
        var (one, other) = (new float[exact.Width], new float[exact.Width]);
        foreach (var example in All)
        {
            exact.Apply(example.Input.Aggregates, one);
            fitted.Apply(example.Input.Aggregates, other);
            Assert.All(one.Zip(other), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 0.05));
        }
    }

    [Fact]
    public void Scheme_IsWithinABinOfTheExactOne_AndItsCountsAreExact()
    {
        var (exact, dropped) = SchemeFit.Fit(All, SmallShop.Horizon, 20);
        var halves = Customers.Chunk(Customers.Count / 2 + 1).Index().ToDictionary(half => $"s{half.Index}", half => Count(half.Item));
        var fitted = FittedSchemes.Fit(halves, SmallShop.Horizon, ThresholdScope.Global, 20);
        Assert.Equal<string>(exact.Labels, fitted.Model.Labels);
        Assert.Equal(dropped.Keys.Order(), fitted.Dropped.Keys);
        Assert.InRange(fitted.Model.HighValueThreshold, exact.HighValueThreshold * 63 / 64, exact.HighValueThreshold);
        Assert.All(fitted.BySite.Values, scheme => Assert.Equal(fitted.Model.HighValueThreshold, scheme.HighValueThreshold));
        AssertCounts(fitted.Model.HighValueThreshold, All, fitted.Counts);
    }

    [Fact]
    public void Thresholds_OfEachSiteAlone_FollowItsPrices()
    {
        var dear = Customers.Select(examples => examples.Select(example => example with { FutureSpend = example.FutureSpend * 100 }).ToArray()).ToList();
        var fitted = FittedSchemes.Fit(
            new Dictionary<string, FitStatistics> { ["cheap"] = Whole, ["dear"] = Count(dear) }, SmallShop.Horizon, ThresholdScope.Site, 20);
        var ratio = fitted.BySite["dear"].HighValueThreshold / fitted.BySite["cheap"].HighValueThreshold;
        Assert.InRange(ratio, 98m, 102m);
        Assert.Equal<string>(fitted.BySite["cheap"].Labels, fitted.BySite["dear"].Labels);
        Assert.Equal(2 * All.Count, fitted.Counts.Values.Sum());
    }

    [Fact]
    public async Task Statistics_HoldNoIdAndNoText()
    {
        string[] canaries = ["canary-customer-1", "canary-order-4471", "CANARY TITLE ONE", "canary-category-x", "canary-country-y"];
        var planted = SmallShop.Histories().Select((history, i) => new CustomerHistory(
            $"canary-customer-1{i}",
            [.. history.Events.Select(e => e with { OrderId = $"canary-order-4471{e.OrderId}", Text = $"CANARY TITLE ONE {e.Text}", Category = "canary-category-x" })],
            new Dictionary<string, string> { ["country"] = "canary-country-y" }));
        var data = new LocalData("shop", SmallShop.Source(planted));
        var plan = DataPlan.Of(await data.MeasureAsync(default), SmallShop.Plan);
        var bytes = (await data.CountAsync(plan, default)).ToBytes();
        var scanner = new LeakScanner(canaries);
        Assert.Empty(scanner.Scan("statistics", bytes));
        Assert.NotEmpty(scanner.Scan("a leak", [.. bytes, .. "canary-customer-17"u8]));
    }

    private static FitStatistics Count(IEnumerable<AsOfExample[]> customers)
    {
        var counter = new FitCounter();
        foreach (var examples in customers)
        {
            counter.Add(examples);
        }

        return counter.ToStatistics();
    }

    private static void AssertCounts(decimal threshold, List<AsOfExample> examples, IReadOnlyDictionary<string, long> counts)
    {
        var byHand = examples.CountBy(e => PredictiveLabels.Of(e.HasPurchased, e.NewCustomer, e.FutureDays, e.FutureSpend, threshold)).ToDictionary();
        Assert.All(PredictiveLabels.All, label => Assert.Equal(byHand.GetValueOrDefault(label), counts[label]));
    }
}
