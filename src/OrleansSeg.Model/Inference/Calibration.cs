using System.Text.Json.Serialization;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Inference;

/// <summary>Corrections of a trained network's heads, fitted on validation.</summary>
/// <param name="Segments">Of the segment logits.</param>
/// <param name="Churn">Of the churn logit, as the second of two classes whose first has logit 0.</param>
/// <param name="SpendFactor">Multiplies the expected spend of all, because the mean of a log is not the log of a mean.</param>
public sealed record Calibration(Recalibration Segments, Recalibration Churn, double SpendFactor)
{
    private const float LogSpendMax = 25;

    /// <summary>Multiplies the expected spend besides, by the log spend that the head expects; null for 1, after federated runs and in older bundles.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SpendFactors? Factors { get; init; }

    /// <summary>Intervals of a past buyer's spend; null where validation has too few of them, after federated runs, and in older bundles.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SpendInterval? Interval { get; init; }

    /// <summary>Fits each head alone.</summary>
    internal static Calibration Fit(IReadOnlyList<Heads> heads, IReadOnlyList<Example> truths)
    {
        var labelled = heads.Zip(truths).Where(pair => pair.Second.Label >= 0).ToList();
        var segments = Recalibration.Fit([.. labelled.Select(pair => pair.First.Logits)], [.. labelled.Select(pair => pair.Second.Label)]);
        var buyers = heads.Zip(truths).Where(pair => pair.Second.HasPurchased).ToList();
        var churn = buyers.Count == 0
            ? new Recalibration(1, [0, 0])
            : Recalibration.Fit([.. buyers.Select(pair => new[] { 0, pair.First.Churn })], [.. buyers.Select(pair => pair.Second.BuysAgain ? 0 : 1)]);
        var (spent, expected) = (truths.Sum(example => (double)example.FutureSpend), heads.Sum(head => Spend(head.LogSpend)));
        var factor = expected > 0 ? spent / expected : 1;
        var fitted = new Calibration(segments, churn, factor > 0 ? factor : 1);
        if (SpendFactors.Fit([.. heads.Select(head => head.LogSpend)], [.. truths.Select(example => (double)example.FutureSpend)]) is { } factors)
        {
            // All together are still expected to spend what they did.
            var told = heads.Sum(head => Spend(head.LogSpend) * fitted.SpendFactor * factors.At(head.LogSpend));
            fitted = fitted with { Factors = factors with { Factors = [.. factors.Factors.Select(each => each * spent / told)] } };
        }

        return fitted with { Interval = SpendInterval.Fit([.. heads.Select(fitted.ToForecast)], truths) };
    }

    /// <summary>What heads mean under this calibration.</summary>
    internal Forecast ToForecast(Heads heads)
    {
        var (churn, spend) = (Churn.Apply([0, heads.Churn])[1], (float)ExpectedOf(heads.LogSpend));
        var told = new Forecast(Segments.Apply(heads.Logits), churn, spend);
        return Interval?.Of(churn, spend) is { } interval ? told with { SpendLow = interval.Low, SpendHigh = interval.High } : told;
    }

    /// <summary>Whether the parts are of a scheme of so many segments and finite: false for a damaged file.</summary>
    internal bool Fits(int segments) => Fits(Segments, segments) && Fits(Churn, 2) && double.IsFinite(SpendFactor) && Factors?.IsWhole() != false && Interval?.IsWhole() != false;

    private double ExpectedOf(float logSpend) => Spend(logSpend) * SpendFactor * (Factors?.At(logSpend) ?? 1);

    private static bool Fits(Recalibration? part, int classes) =>
        part is { Temperature: > 0, Biases.IsDefault: false } && part.Biases.Length == classes && part.Biases.All(double.IsFinite);

    /// <summary>The spend that a log spend means, uncorrected.</summary>
    internal static double Spend(float logSpend) => Math.Exp(Math.Clamp(logSpend, 0, LogSpendMax)) - 1;
}
