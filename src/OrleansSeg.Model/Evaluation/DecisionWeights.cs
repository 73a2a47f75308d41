using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation;

/// <summary>Turns probabilities into one segment: the class with the largest weighted probability.</summary>
/// <remarks>
/// One procedure for every candidate and baseline: weights are fitted on validation to raise macro-F1, by coordinate search over a fixed
/// grid, starting from plain argmax. Log loss and AUROC never see them.
/// </remarks>
public static class DecisionWeights
{
    private const int SweepCountMax = 5;
    /// <summary>What a weight is multiplied with to look for a better one.</summary>
    internal static readonly double[] Factors = [0.25, 0.35, 0.5, 0.7, 0.85, 1, 1.2, 1.4, 1.7, 2, 2.5, 3, 4, 6];

    /// <summary>Fits the weights.</summary>
    /// <param name="probabilities">N rows of (S) probabilities.</param>
    /// <param name="truths">(N) true classes.</param>
    /// <param name="classes">Number of classes (S).</param>
    /// <returns>(S) weights.</returns>
    public static double[] Fit(IReadOnlyList<float[]> probabilities, ReadOnlySpan<int> truths, int classes)
    {
        var weights = Enumerable.Repeat(1.0, classes).ToArray();
        var best = MacroF1(probabilities, truths, weights);
        for (var sweep = 0; sweep < SweepCountMax; sweep++)
        {
            var before = best;
            for (var label = 0; label < classes; label++)
            {
                best = ImproveOne(probabilities, truths, weights, label, best);
            }

            if (best - before < 1e-6)
            {
                break;
            }
        }

        return weights;
    }

    /// <summary>The class with the largest weighted probability; the first of equals.</summary>
    public static int Decide(ReadOnlySpan<float> probabilities, ReadOnlySpan<double> weights)
    {
        var best = 0;
        for (var label = 1; label < probabilities.Length; label++)
        {
            if (probabilities[label] * weights[label] > probabilities[best] * weights[best])
            {
                best = label;
            }
        }

        return best;
    }

    /// <summary>(N) the class that each of N forecasts means.</summary>
    internal static int[] Decide(IReadOnlyList<Forecast> forecasts, double[] weights) => [.. forecasts.Select(forecast => Decide(forecast.Probabilities, weights))];

    private static double ImproveOne(
        IReadOnlyList<float[]> probabilities, ReadOnlySpan<int> truths, double[] weights, int label, double best)
    {
        var (kept, start) = (weights[label], weights[label]);
        foreach (var factor in Factors)
        {
            weights[label] = start * factor;
            var score = MacroF1(probabilities, truths, weights);
            if (score > best + 1e-9)
            {
                (best, kept) = (score, weights[label]);
            }
        }

        weights[label] = kept;
        return best;
    }

    private static double MacroF1(IReadOnlyList<float[]> probabilities, ReadOnlySpan<int> truths, double[] weights)
    {
        var predictions = new int[truths.Length];
        for (var i = 0; i < predictions.Length; i++)
        {
            predictions[i] = Decide(probabilities[i], weights);
        }

        return new ConfusionMatrix(weights.Length, truths, predictions).MacroF1;
    }
}
