using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Tests.Training;

namespace OrleansSeg.Model.Tests.Federation.Training;

public sealed class SiteSplitTests
{
    private static readonly List<CustomerHistory> Histories = SmallShop.Histories(customers: 2_000);

    [Fact]
    public void AnEvenSplit_HasSitesOfOneSize_WhichHangOnTheSeed()
    {
        var split = SiteSplit.Even(4, 1);
        Assert.All(Sizes(split), size => Assert.InRange(size, 430, 570));
        Assert.Equal(Histories.Select(split.SiteOf), Enumerable.Reverse(Histories).Select(SiteSplit.Even(4, 1).SiteOf).Reverse());
        Assert.NotEqual(Histories.Select(split.SiteOf), Histories.Select(SiteSplit.Even(4, 2).SiteOf));
    }

    [Theory]
    [InlineData(100, 0, 0.1)]
    [InlineData(0.05, 0.35, 1)]
    public void ASkew_GrowsAsTheConcentrationFalls(double concentration, double least, double most)
    {
        var kindOf = SiteSplit.LabelAt(SmallShop.Start.AddDays(270), SmallShop.Horizon, 100m);
        var distances = Enumerable.Range(0, 10).Select(seed => Distance(SiteSplit.Skewed(4, concentration, kindOf, seed), kindOf)).ToList();
        Assert.InRange(distances.Average(), least, most);
        var split = SiteSplit.Skewed(4, concentration, kindOf, 3);
        Assert.Equal(Histories.Select(split.SiteOf), Histories.Select(SiteSplit.Skewed(4, concentration, kindOf, 3).SiteOf));
    }

    [Fact]
    public void ASplitByCountry_KeepsEachCountryTogether()
    {
        var counts = new Dictionary<string, long> { ["UK"] = 900, ["FR"] = 50, ["DE"] = 40, ["ES"] = 30 };
        var split = SiteSplit.ByAttribute(3, "country", counts);
        Assert.Equal([0, 1, 2, 2], new[] { "UK", "FR", "DE", "ES" }.Select(country => split.SiteOf(
            new CustomerHistory("c", [], new Dictionary<string, string> { ["country"] = country }))));
    }

    private static List<int> Sizes(SiteSplit split) => [.. Enumerable.Range(0, split.SiteCount).Select(site => Histories.Count(history => split.SiteOf(history) == site))];

    // Mean over kinds of the distance in total variation between where a kind goes and an even spread.
    private static double Distance(SiteSplit split, Func<CustomerHistory, string> kindOf) => Histories.GroupBy(kindOf).Where(kind => kind.Count() > 50).Average(kind =>
        Enumerable.Range(0, split.SiteCount).Sum(site => Math.Abs((kind.Count(history => split.SiteOf(history) == site) / (double)kind.Count()) - (1.0 / split.SiteCount))) / 2);
}
