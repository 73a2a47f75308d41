using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Federation.Training;

public sealed class GateDecisionTests
{
    private static readonly GateRule Rule = new();

    [Fact]
    public void BetterOverall_AndHardlyWorseAnywhere_IsPromoted()
    {
        var decision = GateDecision.Decide(Sites(("a", 100, 0.6), ("b", 100, 0.495)), Sites(("a", 100, 0.5), ("b", 100, 0.5)), Rule);
        Assert.True(decision.Promote);
        Assert.StartsWith("Promoted: better overall, log loss 0.6", decision.Reason, StringComparison.Ordinal);
        var kept = decision.AsCandidate();
        Assert.False(kept.Promote);
        Assert.StartsWith("Kept as a candidate, as the plan says: better overall, log loss 0.6", kept.Reason, StringComparison.Ordinal);
        Assert.Equal(kept, kept.AsCandidate());
        Assert.Equal(["a", "b"], decision.Sites.Select(site => site.Site));
    }

    [Fact]
    public void NotBetterOverall_IsKept_EqualIncluded()
    {
        var same = Sites(("a", 100, 0.5));
        var decision = GateDecision.Decide(same, same, Rule);
        Assert.False(decision.Promote);
        Assert.StartsWith("Kept as a candidate: not better overall", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void WorseAtOneSite_IsKept_AndTheSiteNamed()
    {
        var decision = GateDecision.Decide(
            Sites(("a", 100, 0.8), ("small", 10, 0.1), ("b", 100, 0.45)), Sites(("a", 100, 0.5), ("small", 10, 0.5), ("b", 100, 0.5)), Rule);
        Assert.False(decision.Promote);
        Assert.Contains("worse by more than 0.02 at b (0.7985 against 0.6931)", decision.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("small (", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void AFirstModel_MeetsTheBestBaseline()
    {
        var baselines = new Dictionary<string, IReadOnlyDictionary<string, ScoreSums>>
        {
            ["majority"] = Sites(("a", 100, 0.5)), ["rfm"] = Sites(("a", 100, 0.7)),
        };
        var decision = GateDecision.DecideFirst(Sites(("a", 100, 0.6)), baselines, Rule);
        Assert.False(decision.Promote);
        Assert.Contains("the best baseline (rfm)", decision.Reason, StringComparison.Ordinal);
        Assert.True(GateDecision.DecideFirst(Sites(("a", 100, 0.8)), baselines, Rule).Promote);
    }

    [Fact]
    public void WithoutAnExample_NothingIsPromoted() =>
        Assert.Contains("no example", GateDecision.Decide(Sites(("a", 0, 0.6)), Sites(("a", 0, 0.5)), Rule).Reason, StringComparison.Ordinal);

    [Fact]
    public void OtherExamples_AreNotCompared() =>
        Assert.Throws<ArgumentException>(() => GateDecision.Decide(Sites(("a", 10, 0.6)), Sites(("a", 11, 0.5)), Rule));

    // Every customer bought before, and what happens has the probability given.
    private static Dictionary<string, ScoreSums> Sites(params (string Site, int Count, double Right)[] sites)
    {
        var scheme = new SegmentScheme(SegmentScheme.PredictiveName, [PredictiveLabels.Lapsing, PredictiveLabels.Occasional], TimeSpan.FromDays(90), 1m);
        return sites.ToDictionary(site => site.Site, site => ScoreSums.Of(
            new ExampleSet(scheme, [.. Enumerable.Range(0, site.Count).Select(i => new Example($"c{i}", null!, i % 2, true, i % 2 == 1, 0))]),
            [.. Enumerable.Range(0, site.Count).Select(i => new Forecast(
                i % 2 == 0 ? [(float)site.Right, 1 - (float)site.Right] : [1 - (float)site.Right, (float)site.Right],
                i % 2 == 0 ? (float)site.Right : 1 - (float)site.Right, 0))],
            [1, 1]));
    }
}
