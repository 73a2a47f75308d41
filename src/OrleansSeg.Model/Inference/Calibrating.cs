using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Inference;

/// <summary>Fits a <see cref="Calibration"/> on validation.</summary>
internal static class Calibrating
{
    private const double TemperatureMin = 0.25;
    private const double TemperatureMax = 4;

    /// <summary>(S) probabilities of logits at a temperature.</summary>
    public static float[] Probabilities(float[] logits, double temperature)
    {
        var peak = logits.Max();
        var shares = Array.ConvertAll(logits, logit => Math.Exp((logit - peak) / temperature));
        var sum = shares.Sum();
        return Array.ConvertAll(shares, share => (float)(share / sum));
    }

    /// <summary>Fits the three numbers, each alone.</summary>
    public static Calibration Fit(IReadOnlyList<Heads> heads, IReadOnlyList<Example> truths)
    {
        var temperature = Minimize(t => heads.Zip(truths).Average(pair =>
            -Math.Log(Math.Max(Probabilities(pair.First.Logits, t)[pair.Second.Label], 1e-7f))));
        var buyers = heads.Zip(truths).Where(pair => pair.Second.HasPurchased).ToList();
        var churnTemperature = buyers.Count == 0 ? 1 : Minimize(t => buyers.Average(pair =>
            Softplus((pair.Second.BuysAgain ? 1 : -1) * pair.First.Churn / t)));
        var expected = heads.Sum(head => Math.Exp(Math.Clamp(head.LogSpend, 0, 25)) - 1);
        var factor = expected > 0 ? truths.Sum(example => (double)example.FutureSpend) / expected : 1;
        return new Calibration(temperature, churnTemperature, factor > 0 ? factor : 1);
    }

    private static double Softplus(double x) => x > 0 ? x + Math.Log(1 + Math.Exp(-x)) : Math.Log(1 + Math.Exp(x));

    // Golden-section search over the logarithm of the temperature; the losses are convex in its inverse.
    private static double Minimize(Func<double, double> loss)
    {
        var ratio = (Math.Sqrt(5) - 1) / 2;
        var (low, high) = (Math.Log(TemperatureMin), Math.Log(TemperatureMax));
        while (high - low > 1e-3)
        {
            var (one, other) = (high - (ratio * (high - low)), low + (ratio * (high - low)));
            (low, high) = loss(Math.Exp(one)) < loss(Math.Exp(other)) ? (low, other) : (one, high);
        }

        return Math.Exp((low + high) / 2);
    }
}
