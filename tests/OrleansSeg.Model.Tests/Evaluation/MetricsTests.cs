using CsCheck;
using OrleansSeg.Model.Evaluation;

namespace OrleansSeg.Model.Tests.Evaluation;

public sealed class MetricsTests
{
    [Fact]
    public void Auroc_EqualsCountingPairs_TiesHalf() =>
        Gen.Select(Gen.Int[0, 5], Gen.Bool).Array[2, 40].Sample(items =>
        {
            var scores = items.Select(item => (double)item.Item1).ToArray();
            var positives = items.Select(item => item.Item2).ToArray();
            double wins = 0, pairs = 0;
            for (var p = 0; p < items.Length; p++)
            {
                for (var n = 0; n < items.Length; n++)
                {
                    if (positives[p] && !positives[n])
                    {
                        pairs++;
                        wins += scores[p] > scores[n] ? 1 : scores[p] == scores[n] ? 0.5 : 0;
                    }
                }
            }

            var auroc = RankingMetrics.Auroc(scores, positives);
            Assert.True(pairs == 0 ? double.IsNaN(auroc) : Math.Abs(auroc - (wins / pairs)) < 1e-12);
        });

    [Fact]
    public void Auroc_Weighted_EqualsRepeatingItems() =>
        Gen.Select(Gen.Int[0, 5], Gen.Bool, Gen.Int[0, 3]).Array[2, 30].Sample(items =>
        {
            var weighted = RankingMetrics.Auroc(
                items.Select(i => (double)i.Item1).ToArray(), items.Select(i => i.Item2).ToArray(), items.Select(i => i.Item3).ToArray());
            var repeated = items.SelectMany(i => Enumerable.Repeat(i, i.Item3)).ToArray();
            var expected = RankingMetrics.Auroc(repeated.Select(i => (double)i.Item1).ToArray(), repeated.Select(i => i.Item2).ToArray());
            Assert.True(double.IsNaN(expected) ? double.IsNaN(weighted) : Math.Abs(expected - weighted) < 1e-12);
        });

    [Fact]
    public void Confusion_OfSixItems_IsWhatAHandCounts()
    {
        var matrix = new ConfusionMatrix(3, [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 1]);
        Assert.Equal(3 / 6.0, matrix.Accuracy);
        Assert.Equal(new ClassMetrics(2 / 3.0, 2 / 3.0, 2 / 3.0, 3), matrix.Of(0));
        Assert.Equal(1 / 3.0, matrix.Of(1).Precision, 12);
        Assert.Equal(0.4, matrix.Of(1).F1, 12);
        Assert.Equal(new ClassMetrics(0, 0, 0, 1), matrix.Of(2));
        Assert.Equal((2 / 3.0 + 0.4) / 3, matrix.MacroF1, 12);
    }

    [Fact]
    public void DecisionWeights_NeverFallBelowArgmax_OnTheirOwnData() =>
        Gen.Select(Gen.Double[0.01, 1], Gen.Double[0.01, 1], Gen.Double[0.01, 1], Gen.Int[0, 2]).Array[5, 60].Sample(items =>
        {
            var rows = items.Select(i => new[] { (float)i.Item1, (float)i.Item2, (float)i.Item3 }).ToList();
            int[] truths = [.. items.Select(i => i.Item4)];
            var weights = DecisionWeights.Fit(rows, truths, 3);
            Assert.True(MacroF1(rows, truths, weights) >= MacroF1(rows, truths, [1, 1, 1]) - 1e-12);
        });

    private static double MacroF1(List<float[]> rows, int[] truths, double[] weights) =>
        new ConfusionMatrix(3, truths, rows.Select(row => DecisionWeights.Decide(row, weights)).ToArray()).MacroF1;
}
