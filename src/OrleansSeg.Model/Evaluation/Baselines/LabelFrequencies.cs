using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>Label shares of a training set, smoothed by one example of each label, and what they imply for churn and spend.</summary>
internal static class LabelFrequencies
{
    /// <summary>The forecast that ignores the customer.</summary>
    public static Forecast Of(SegmentScheme scheme, IReadOnlyCollection<Example> examples)
    {
        var counts = Enumerable.Repeat(1f, scheme.Count).ToArray();
        foreach (var example in examples)
        {
            counts[example.Label]++;
        }

        var total = counts.Sum();
        var probabilities = counts.Select(count => count / total).ToArray();
        var spend = examples.Count > 0 ? examples.Average(example => example.FutureSpend) : 0f;
        var churn = scheme.Name == SegmentScheme.PredictiveName ? Churn(scheme, probabilities) : LapsedOf(examples);
        return new Forecast(probabilities, churn, spend);
    }

    private static float LapsedOf(IReadOnlyCollection<Example> examples) =>
        (1f + examples.Count(example => example is { HasPurchased: true, BuysAgain: false })) / (2f + examples.Count(example => example.HasPurchased));

    /// <summary>Churn as the segment probabilities imply it: lapsing among the labels of past buyers.</summary>
    public static float Churn(SegmentScheme scheme, float[] probabilities)
    {
        var lapsing = scheme.IndexOf(PredictiveLabels.Lapsing);
        if (lapsing < 0)
        {
            return 0f;
        }

        var never = Probability(PredictiveLabels.Browser) + Probability(PredictiveLabels.Prospect);
        return probabilities[lapsing] / Math.Max(1e-6f, 1 - never);

        float Probability(string label) => scheme.IndexOf(label) is >= 0 and var index ? probabilities[index] : 0f;
    }
}
