using OrleansSeg.Model.Evaluation.Baselines;

namespace OrleansSeg.Model.Tests.Evaluation;

public sealed class SoftmaxRegressionTests
{
    [Fact]
    public void Fit_OnALinearRule_FindsTheProbabilitiesThatMadeTheLabels()
    {
        var random = new Random(11);
        List<float[]> rows = [];
        List<int> labels = [];
        for (var i = 0; i < 20_000; i++)
        {
            var x = (float)((random.NextDouble() * 4) - 2);
            rows.Add([x]);
            labels.Add(random.NextDouble() < Truth(x) ? 1 : 0);
        }

        var fitted = SoftmaxRegression.Fit(rows, labels, 2, penalty: 0, iterationsMax: 200, default);
        foreach (var x in (float[])[-1.5f, -0.5f, 0f, 0.7f, 1.8f])
        {
            Assert.Equal(Truth(x), fitted.Predict([x])[1], 0.03);
        }
    }

    [Fact]
    public void Fit_Twice_GivesTheSameBits()
    {
        var random = new Random(5);
        var rows = Enumerable.Range(0, 500).Select(_ => new[] { random.NextSingle(), random.NextSingle() }).ToList();
        var labels = rows.Select(row => row[0] > row[1] ? 2 : row[0] > 0.3f ? 1 : 0).ToList();
        var one = SoftmaxRegression.Fit(rows, labels, 3, 1e-3, 50, default).Predict([0.4f, 0.6f]);
        var other = SoftmaxRegression.Fit(rows, labels, 3, 1e-3, 50, default).Predict([0.4f, 0.6f]);
        Assert.Equal(one, other);
    }

    private static double Truth(double x) => 1 / (1 + Math.Exp(-((1.5 * x) - 0.5)));
}
