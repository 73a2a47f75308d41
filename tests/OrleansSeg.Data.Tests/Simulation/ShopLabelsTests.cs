using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Data.Tests.Simulation;

public sealed class ShopLabelsTests
{
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(90);

    [Theory, MemberData(nameof(ShopStatisticsTests.Seeds), MemberType = typeof(ShopStatisticsTests))]
    public void EveryLabel_OfTheDefaultScheme_OccursAtAMiddleCutoff(int seed)
    {
        var cutoff = Shops.End.AddDays(-365);
        var examples = Shops.Histories(seed)
            .Where(history => history.Count > 0)
            .Select(history => new CustomerHistory(history[0].CustomerId, [.. history.Select(e => e.Event with { Backfilled = true })], history[0].Attributes!))
            .SelectMany(history => AsOfExamples.Of(history, [cutoff], Horizon))
            .ToList();
        var (scheme, _) = SchemeFit.Fit(examples, Horizon, countMin: 1);
        Assert.Equal(PredictiveLabels.All.AsEnumerable(), scheme.Labels);
        var counts = SchemeFit.Label(scheme, examples).Set.Examples.CountBy(example => scheme.Labels[example.Label]).ToDictionary();
        Assert.All(PredictiveLabels.All, label => Assert.True(counts[label] >= 5, $"{label}: {counts[label]}"));
        Assert.InRange(counts[PredictiveLabels.Lapsing] / (double)examples.Count, 0.25, 0.5);
    }
}
