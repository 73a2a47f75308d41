using OrleansSeg.Model.Evaluation.Baselines;

namespace OrleansSeg.Model.Text.Classification;

/// <summary>Tells labels by logistic regression on what stands beside the texts, with the texts' vectors or without: the difference is what texts add.</summary>
public static class ColumnBaseline
{
    private const int IterationsMax = 300;
    private static readonly double[] Penalties = [1e-4, 1e-3, 1e-2];

    /// <summary>Fits on some texts and measures on others.</summary>
    /// <param name="labels">(L) the labels.</param>
    /// <param name="training">The texts to learn from; every fifth chooses the penalty.</param>
    /// <param name="held">The texts to measure on.</param>
    /// <param name="encoder">Gives texts their vectors, as it is; null for the columns alone.</param>
    /// <param name="cancellationToken">Stops between batches and steps.</param>
    public static ClassificationReport Measure(
        IReadOnlyList<string> labels, IReadOnlyList<LabelledText> training, IReadOnlyList<LabelledText> held, TransformerTextEncoder? encoder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(held);
        var columns = ColumnFeatures.Fit([.. training.Select(text => text.Beside)]);
        var (rows, others) = (RowsOf(training), RowsOf(held));
        var ids = labels.Index().ToDictionary(label => label.Item, label => label.Index, StringComparer.Ordinal);
        List<int> truths = [.. training.Select(text => ids[text.Label])];
        var chosen = Penalties.MinBy(penalty => Loss(Fit(Part(rows, kept: true), Part(truths, kept: true), penalty), Part(rows, kept: false), Part(truths, kept: false)));
        var fitted = Fit(rows, truths, chosen);
        return ClassificationReport.Of(labels, held, [.. others.Select(row => fitted.Predict(row))]);

        SoftmaxRegression Fit(IReadOnlyList<float[]> some, IReadOnlyList<int> theirs, double penalty) =>
            SoftmaxRegression.Fit(some, theirs, labels.Count, penalty, IterationsMax, cancellationToken);

        List<float[]> RowsOf(IReadOnlyList<LabelledText> texts)
        {
            var beside = texts.Select(text => columns.Apply(text.Beside));
            return encoder is null
                ? [.. beside]
                : [.. beside.Zip(encoder.EncodeAll([.. texts.Select(text => text.Text)], cancellationToken: cancellationToken), (row, vector) => (float[])[.. row, .. vector])];
        }
    }

    private static double Loss(SoftmaxRegression fitted, IReadOnlyList<float[]> rows, IReadOnlyList<int> truths) =>
        rows.Zip(truths, (row, truth) => -Math.Log(Math.Max(1e-12, fitted.Predict(row)[truth]))).DefaultIfEmpty(0).Average();

    // Every fifth chooses the penalty.
    private static List<T> Part<T>(IReadOnlyList<T> all, bool kept) => [.. all.Where((_, i) => (i % 5 != 0) == kept)];
}
