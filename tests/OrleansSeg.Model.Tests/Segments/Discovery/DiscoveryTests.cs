using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Segments.Discovery;
using OrleansSeg.Model.Tests.Training;

namespace OrleansSeg.Model.Tests.Segments.Discovery;

public sealed class DiscoveryTests
{
    [Theory]
    [InlineData("0 0 1 1", "1 1 0 0", 1)]
    [InlineData("0 0 1 2", "0 0 1 1", 0.571428)]
    [InlineData("0 0 1 1", "0 1 0 1", -0.5)]
    [InlineData("0 0 0 0", "0 1 2 3", 0)]
    public void RandIndex_OfKnownGroupings(string one, string other, double index) => Assert.Equal(index, RandIndex.Adjusted(Groups(one), Groups(other)), 4);

    [Fact]
    public void Grouping_FindsAsManyGroupsAsThereAre_BecauseMoreAreNotStable()
    {
        var stability = new Dictionary<int, double>();
        var found = Grouping.Choose(Clouds(3), 2, 6, seed: 1, stability.Add, default);
        Assert.Equal(3, found.Centroids.Length);
        Assert.True(found.Stability > 0.98 && stability[5] < Grouping.StableFrom, string.Join(' ', stability));
    }

    [Fact]
    public void Heads_AnswerTheNearestCentroid()
    {
        var points = Clouds(4).Select(point => point.Append((point[0] * 2) + 1).ToArray()).ToList();
        var axes = PrincipalAxes.Fit(points, 2);
        var centroids = KMeans.Fit([.. points.Select(axes.Project)], 4, new Random(1));
        var (weights, biases) = axes.HeadsOf(centroids, 0.7);
        Assert.All(points, point =>
        {
            var logits = weights.Zip(biases, (row, bias) => row.Zip(point, (weight, value) => weight * value).Sum() + bias).ToList();
            Assert.Equal(KMeans.Nearest(axes.Project(point), centroids), logits.IndexOf(logits.Max()));
            var closeness = Grouping.Closeness(axes.Project(point), centroids);
            Assert.Equal((closeness[0] - closeness[1]) / 0.7, logits[0] - logits[1], 6);
        });
    }

    [Fact]
    public void DiscoveredModel_PutsCustomersWhereTheyWereFound_AndTellsChurnAndSpendAsBefore()
    {
        var (examples, inputs) = (SmallShopData.Data.Validation.Examples, SmallShopData.Data.Validation.Examples.Select(example => example.Input).ToList());
        var (model, report) = SegmentDiscovery.Run(SmallShopData.Model, examples, SchemeChoice.Parse("discover:3-4"), 1, null, default);
        using var served = SegmentModel.FromFiles(model.ToFiles(Cards.Any));
        model.Dispose();
        var forecasts = served.Forecast(inputs);
        var sizes = forecasts.CountBy(served.Decide).ToDictionary();
        Assert.All(report.Segments, segment => Assert.Equal(segment.Share, sizes.GetValueOrDefault(segment.Name) / (double)examples.Count, 2));
        Assert.Equal(report.Segments.Select(segment => segment.Name), served.Scheme.Labels);
        Assert.Equal(served.Scheme.Count, served.Scheme.Labels.Distinct().Count());
        Assert.All(report.Segments, segment => Assert.True(segment.Traits.Count >= 2, segment.Name));
        Assert.InRange(report.Stability, 0.3, 1);

        var before = SmallShopData.Model.Forecast(inputs);
        Assert.All(before.Zip(forecasts), pair =>
        {
            Assert.Equal(pair.First.Churn, pair.Second.Churn, 4);
            Assert.Equal(1, pair.Second.Probabilities.Sum(), 3);
        });
    }

    private static int[] Groups(string text) => [.. text.Split(' ').Select(int.Parse)];

    private static List<double[]> Clouds(int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, 300).Select(i => new[] { (10 * (i % count)) + random.NextDouble(), (8 * (i % count % 2)) + random.NextDouble() })];
    }
}
