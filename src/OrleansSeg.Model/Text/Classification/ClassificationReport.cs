using System.Collections.Immutable;
using OrleansSeg.Model.Evaluation;

namespace OrleansSeg.Model.Text.Classification;

/// <summary>How well the labels of texts were told.</summary>
/// <param name="Texts">Texts measured.</param>
/// <param name="Accuracy">Share told right.</param>
/// <param name="MacroF1">Mean F1 of the labels; one that does not occur counts as 0.</param>
/// <param name="LogLoss">Mean negative logarithm of the true label's probability, in nats; probabilities count as 1e-15 at least.</param>
/// <param name="Labels">The labels, in the order of the confusion.</param>
/// <param name="ByLabel">Precision, recall and F1 of each label.</param>
/// <param name="Confusion">Texts by true label, then by the label told.</param>
public sealed record ClassificationReport(
    int Texts, double Accuracy, double MacroF1, double LogLoss, ImmutableArray<string> Labels, ImmutableSortedDictionary<string, ClassMetrics> ByLabel, int[][] Confusion)
{
    private const double ProbabilityMin = 1e-15;

    /// <summary>Measures.</summary>
    /// <param name="labels">(L) the labels.</param>
    /// <param name="texts">(N) the texts as they were labelled.</param>
    /// <param name="told">(N, L) probabilities.</param>
    /// <exception cref="ArgumentException">Counts differ, there is no text, or one has a label that is not among these.</exception>
    public static ClassificationReport Of(IReadOnlyList<string> labels, IReadOnlyList<LabelledText> texts, IReadOnlyList<float[]> told)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(told);
        if (texts.Count == 0 || texts.Count != told.Count)
        {
            throw new ArgumentException($"{texts.Count} texts have {told.Count} answers.", nameof(told));
        }

        var ids = labels.Select((label, id) => (label, id)).ToDictionary(pair => pair.label, pair => pair.id, StringComparer.Ordinal);
        var truths = texts.Select(text => ids.TryGetValue(text.Label, out var id)
            ? id
            : throw new ArgumentException($"There is no label '{text.Label}'; there are {string.Join(", ", labels)}.", nameof(texts))).ToArray();
        var confusion = new ConfusionMatrix(labels.Count, truths, [.. told.Select(chances => System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(chances))]);
        return new ClassificationReport(
            texts.Count,
            confusion.Accuracy,
            confusion.MacroF1,
            truths.Zip(told, (truth, chances) => -Math.Log(Math.Max(ProbabilityMin, chances[truth]))).Average(),
            [.. labels],
            labels.Select((label, id) => KeyValuePair.Create(label, confusion.Of(id))).ToImmutableSortedDictionary(StringComparer.Ordinal),
            confusion.ToRows());
    }

    /// <summary>Measures what anybody can tell without reading: the labels' frequencies among the texts learned from.</summary>
    /// <param name="labels">(L) the labels.</param>
    /// <param name="learned">The texts learned from; at least one.</param>
    /// <param name="texts">The texts as they were labelled.</param>
    public static ClassificationReport OfFrequencies(IReadOnlyList<string> labels, IReadOnlyList<LabelledText> learned, IReadOnlyList<LabelledText> texts)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(texts);
        var counts = learned.CountBy(text => text.Label, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        float[] shares = [.. labels.Select(label => counts.GetValueOrDefault(label) / (float)learned.Count)];
        return Of(labels, texts, [.. texts.Select(_ => shares)]);
    }
}
