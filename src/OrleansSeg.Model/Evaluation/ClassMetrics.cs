namespace OrleansSeg.Model.Evaluation;

/// <summary>Precision, recall and F1 of one class.</summary>
/// <param name="Precision">Share of the class's predictions that were right; 0 when it was never predicted.</param>
/// <param name="Recall">Share of the class that was found; 0 when it never occurs.</param>
/// <param name="F1">Harmonic mean of the two; 0 when both are.</param>
/// <param name="Support">Items of the class.</param>
public sealed record ClassMetrics(double Precision, double Recall, double F1, int Support);

/// <summary>Counts of truth against prediction.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[,] _counts;

    /// <summary>Counts predictions.</summary>
    /// <param name="classes">Number of classes (S).</param>
    /// <param name="truths">(N) true classes.</param>
    /// <param name="predictions">(N) predicted classes.</param>
    /// <param name="weights">(N) how often each item counts; empty for once.</param>
    public ConfusionMatrix(int classes, ReadOnlySpan<int> truths, ReadOnlySpan<int> predictions, ReadOnlySpan<int> weights = default)
    {
        _counts = new int[classes, classes];
        for (var i = 0; i < truths.Length; i++)
        {
            _counts[truths[i], predictions[i]] += weights.IsEmpty ? 1 : weights[i];
        }
    }

    /// <summary>Number of classes (S).</summary>
    public int Classes => _counts.GetLength(0);

    /// <summary>Items of class <paramref name="truth"/> predicted as <paramref name="prediction"/>.</summary>
    public int this[int truth, int prediction] => _counts[truth, prediction];

    /// <summary>Share of items predicted right.</summary>
    public double Accuracy
    {
        get
        {
            double right = 0, all = 0;
            for (var truth = 0; truth < Classes; truth++)
            {
                right += _counts[truth, truth];
                all += Row(truth);
            }

            return all > 0 ? right / all : double.NaN;
        }
    }

    /// <summary>Mean F1 over all classes, absent ones counting as 0.</summary>
    public double MacroF1 => Enumerable.Range(0, Classes).Average(c => Of(c).F1);

    /// <summary>One class's figures.</summary>
    public ClassMetrics Of(int label)
    {
        double hits = _counts[label, label];
        var support = Row(label);
        var predicted = 0;
        for (var truth = 0; truth < Classes; truth++)
        {
            predicted += _counts[truth, label];
        }

        var precision = predicted > 0 ? hits / predicted : 0;
        var recall = support > 0 ? hits / support : 0;
        return new ClassMetrics(precision, recall, hits > 0 ? 2 * precision * recall / (precision + recall) : 0, support);
    }

    /// <summary>Rows of counts, truth by truth.</summary>
    public int[][] ToRows() =>
        [.. Enumerable.Range(0, Classes).Select(t => Enumerable.Range(0, Classes).Select(p => _counts[t, p]).ToArray())];

    private int Row(int truth)
    {
        var sum = 0;
        for (var prediction = 0; prediction < Classes; prediction++)
        {
            sum += _counts[truth, prediction];
        }

        return sum;
    }
}
