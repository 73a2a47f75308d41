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
        var decision = Decide([("a", 100, 0.6), ("b", 100, 0.495)], [("a", 100, 0.5), ("b", 100, 0.5)], Rule);
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
        var decision = Decide([("a", 100, 0.5)], [("a", 100, 0.5)], Rule);
        Assert.False(decision.Promote);
        Assert.StartsWith("Kept as a candidate: not better overall", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void WorseAtOneSite_IsKept_AndTheSiteNamed()
    {
        var decision = Decide([("a", 100, 0.8), ("small", 10, 0.1), ("b", 100, 0.45)], [("a", 100, 0.5), ("small", 10, 0.5), ("b", 100, 0.5)], Rule);
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
        var decision = GateDecision.DecideFirst(Sites(("a", 100, 0.6)), baselines, new Dictionary<string, PairedLosses> { ["majority"] = new(100, -1, 1), ["rfm"] = new(100, -1, 1) }, Rule);
        Assert.False(decision.Promote);
        Assert.Contains("the best baseline (rfm)", decision.Reason, StringComparison.Ordinal);
        Assert.True(GateDecision.DecideFirst(Sites(("a", 100, 0.8)), baselines, new Dictionary<string, PairedLosses> { ["majority"] = new(100, -1, 1), ["rfm"] = new(100, -1, 1) }, Rule).Promote);
    }

    [Fact]
    public void WithoutAnExample_NothingIsPromoted() =>
        Assert.Contains("no example", Decide([("a", 0, 0.6)], [("a", 0, 0.5)], Rule).Reason, StringComparison.Ordinal);

    [Fact]
    public void OtherExamples_AreNotCompared() =>
        Assert.Throws<ArgumentException>(() => GateDecision.Decide(Sites(("a", 10, 0.6)), Sites(("a", 11, 0.5)), new PairedLosses(10, 0, 0), Rule));

    [Fact]
    public void Interval_ThatHoldsZero_KeepsTheModel_WhereThePlanAsks()
    {
        // One customer in a hundred is much better forecast, the others hardly worse: better on average, and by chance.
        var (ours, theirs) = (Enumerable.Repeat(0.501, 99).Append(0.1).ToArray(), Enumerable.Repeat(0.5, 100).ToArray());
        var paired = PairedLosses.Of(ours, theirs);
        Assert.Equal(-0.00301, paired.Difference, 1e-10);
        Assert.Equal(1.959964 * Math.Sqrt(((99 * 0.001 * 0.001) + (0.4 * 0.4) - (100 * 0.00301 * 0.00301)) / 99 / 100), paired.Margin, 1e-8);
        var (challenger, champion) = (Sites(("a", 100, 0.501)), Sites(("a", 100, 0.5)));
        Assert.True(GateDecision.Decide(challenger, champion, paired, Rule).Promote);
        var kept = GateDecision.Decide(challenger, champion, paired, Rule with { NeedsInterval = true });
        Assert.False(kept.Promote);
        Assert.Contains("difference -0.0030 [-0.0109, 0.0048]", kept.Reason, StringComparison.Ordinal);
        Assert.EndsWith("but not beyond chance: the interval does not lie below zero.", kept.Reason, StringComparison.Ordinal);
        Assert.True(GateDecision.Decide(challenger, champion, new PairedLosses(100, -0.3, 0.002), Rule with { NeedsInterval = true }).Promote);
    }

    [Fact]
    public void PairedLosses_OfTrainers_AreThoseOfAllTogether()
    {
        var random = new Random(4);
        var (ours, theirs) = (Enumerable.Range(0, 90).Select(_ => random.NextDouble()).ToArray(), Enumerable.Range(0, 90).Select(_ => random.NextDouble()).ToArray());
        var (whole, parts) = (PairedLosses.Of(ours, theirs), PairedLosses.Merge([PairedLosses.Of(ours.AsSpan(0, 20), theirs.AsSpan(0, 20)), PairedLosses.Of(ours.AsSpan(20), theirs.AsSpan(20))]));
        Assert.Equal((whole.Examples, Math.Round(whole.Difference, 12), Math.Round(whole.Margin, 12)), (parts.Examples, Math.Round(parts.Difference, 12), Math.Round(parts.Margin, 12)));

        // The bootstrap over the same pairs says the same.
        var draws = Enumerable.Range(0, 4_000).Select(_ => OrleansSeg.Model.Evaluation.Bootstrap.Weights(90, random)).Select(weights => weights.Select((weight, i) => weight * (ours[i] - theirs[i])).Sum() / 90);
        var interval = OrleansSeg.Model.Evaluation.Bootstrap.Interval(draws);
        Assert.Equal(whole.Difference - whole.Margin, interval[0], 0.01);
        Assert.Equal(whole.Difference + whole.Margin, interval[1], 0.01);
        Assert.True(double.IsNaN(PairedLosses.Of([], []).Difference));
        Assert.True(double.IsNaN(PairedLosses.Of([1], [2]).Margin));
    }

    private static GateDecision Decide((string Site, int Count, double Right)[] challenger, (string Site, int Count, double Right)[] champion, GateRule rule)
    {
        var (ours, theirs) = (Losses(challenger), Losses(champion));
        return GateDecision.Decide(Sites(challenger), Sites(champion), PairedLosses.Of(ours, theirs), rule);

        static double[] Losses((string Site, int Count, double Right)[] sites) => [.. sites.SelectMany(site => Enumerable.Repeat(-Math.Log(site.Right), site.Count))];
    }

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
