using System.Collections.Immutable;

namespace OrleansSeg.Model.Text.Tagging;

/// <summary>How well labels were told: of single words, and of whole spans, which count only if both ends and the label are right.</summary>
/// <param name="Texts">Texts measured.</param>
/// <param name="Words">Words in them.</param>
/// <param name="Accuracy">Share of words whose label is right, those outside included.</param>
/// <param name="Tokens">By label and over all: words, the outside left out.</param>
/// <param name="Entities">By label and over all: whole spans, as conlleval counts them (Tjong Kim Sang and De Meulder 2003).</param>
public sealed record TaggingReport(int Texts, long Words, double Accuracy, TagScores Tokens, TagScores Entities)
{
    /// <summary>Measures.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="texts">The texts as they were labelled.</param>
    /// <param name="told">For each text, the label id of each word as it was told.</param>
    /// <exception cref="ArgumentException">Counts differ.</exception>
    public static TaggingReport Of(TagLabels labels, IReadOnlyList<TaggedText> texts, IReadOnlyList<int[]> told)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count != told.Count || texts.Zip(told).Any(pair => pair.First.Words.Length != pair.Second.Length))
        {
            throw new ArgumentException("There is one label for each word of each text.", nameof(told));
        }

        var (tokens, entities, right, words) = (new Counter(labels.Kinds), new Counter(labels.Kinds), 0L, 0L);
        foreach (var (text, ids) in texts.Zip(told))
        {
            var spans = labels.SpansOf(ids);
            var (expected, found) = (KindsOf(text.Words.Length, text.Spans), KindsOf(text.Words.Length, spans));
            for (var word = 0; word < expected.Length; word++)
            {
                right += expected[word] == found[word] ? 1 : 0;
                tokens.Add(expected[word], found[word]);
            }

            words += expected.Length;
            var known = text.Spans.ToHashSet();
            foreach (var span in spans)
            {
                entities.Add(known.Remove(span) ? span.Label : null, span.Label);
            }

            foreach (var missed in known)
            {
                entities.Add(missed.Label, null);
            }
        }

        return new TaggingReport(texts.Count, words, words == 0 ? double.NaN : (double)right / words, tokens.ToScores(), entities.ToScores());
    }

    private static string?[] KindsOf(int words, IEnumerable<WordSpan> spans)
    {
        var kinds = new string?[words];
        foreach (var span in spans)
        {
            Array.Fill(kinds, span.Label, span.First, span.Last - span.First + 1);
        }

        return kinds;
    }

    private sealed class Counter(ImmutableArray<string> kinds)
    {
        private readonly Dictionary<string, (long Right, long Told, long True)> _counts = kinds.ToDictionary(kind => kind, _ => (0L, 0L, 0L), StringComparer.Ordinal);

        /// <summary>Counts one that is labelled, told, or both; null for not.</summary>
        public void Add(string? expected, string? told)
        {
            if (told is not null)
            {
                var count = _counts.GetValueOrDefault(told);
                _counts[told] = (count.Right + (told == expected ? 1 : 0), count.Told + 1, count.True);
            }

            if (expected is not null)
            {
                var count = _counts.GetValueOrDefault(expected);
                _counts[expected] = (count.Right, count.Told, count.True + 1);
            }
        }

        public TagScores ToScores()
        {
            var byLabel = _counts.ToImmutableSortedDictionary(pair => pair.Key, pair => TagScore.Of(pair.Value.Right, pair.Value.Told, pair.Value.True), StringComparer.Ordinal);
            var (right, toldAll, all) = _counts.Values.Aggregate((0L, 0L, 0L), (sum, one) => (sum.Item1 + one.Right, sum.Item2 + one.Told, sum.Item3 + one.True));
            return new TagScores(byLabel, TagScore.Of(right, toldAll, all), byLabel.Count == 0 ? double.NaN : byLabel.Values.Average(score => score.F1));
        }
    }
}

/// <summary>Scores by label, and over all.</summary>
/// <param name="ByLabel">By label, in ordinal order.</param>
/// <param name="Overall">Over all labels together (micro average).</param>
/// <param name="MacroF1">Mean of the labels' F1.</param>
public sealed record TagScores(ImmutableSortedDictionary<string, TagScore> ByLabel, TagScore Overall, double MacroF1);

/// <summary>How well one label was told.</summary>
/// <param name="Precision">Right ones over those told; 0 where none was told.</param>
/// <param name="Recall">Right ones over those that are; 0 where none is.</param>
/// <param name="F1">Their harmonic mean; 0 where both are.</param>
/// <param name="Support">How many there are.</param>
public sealed record TagScore(double Precision, double Recall, double F1, long Support)
{
    internal static TagScore Of(long right, long told, long all)
    {
        var (precision, recall) = (told == 0 ? 0 : (double)right / told, all == 0 ? 0 : (double)right / all);
        return new TagScore(precision, recall, precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall), all);
    }
}
