using System.Collections.Immutable;

namespace OrleansSeg.Model.Text.Tagging;

/// <summary>The labels that a model tells for each word: plain ones, or each as its beginning and its inside.</summary>
/// <remarks>
/// With beginnings (BIO, Ramshaw and Marcus 1995, arXiv:cmp-lg/9505040) two spans of one label may touch; with plain labels they are one.
/// </remarks>
public sealed class TagLabels
{
    /// <summary>The label of words in no span.</summary>
    public const string Outside = "O";

    private readonly Dictionary<string, int> _ids;

    /// <summary>Makes the labels from a model's own names.</summary>
    /// <param name="names">Names in the order of their ids, <see cref="Outside"/> among them.</param>
    /// <exception cref="ArgumentException">A name is repeated, there is no outside, or names with and without beginnings are mixed.</exception>
    public TagLabels(IEnumerable<string> names)
    {
        Names = [.. names];
        HasBeginnings = Names.Any(name => name.StartsWith("B-", StringComparison.Ordinal));
        if (Names.Distinct(StringComparer.Ordinal).Count() != Names.Length || !Names.Contains(Outside))
        {
            throw new ArgumentException($"Labels must differ, and '{Outside}' must be among them; they are {string.Join(", ", Names)}.", nameof(names));
        }

        if (HasBeginnings && Names.Any(name => name != Outside && name[..Math.Min(2, name.Length)] is not ("B-" or "I-")))
        {
            throw new ArgumentException($"Labels must all begin with B- or I-, or none; they are {string.Join(", ", Names)}.", nameof(names));
        }

        _ids = Names.Select((name, id) => (name, id)).ToDictionary(pair => pair.name, pair => pair.id, StringComparer.Ordinal);
    }

    /// <summary>Names in the order of their ids (L).</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Whether a label's first word is told from the others.</summary>
    public bool HasBeginnings { get; }

    /// <summary>What spans are labelled with, in ordinal order.</summary>
    public ImmutableArray<string> Kinds => [.. Names.Where(name => name != Outside).Select(KindOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The labels of some texts: outside first, then in ordinal order.</summary>
    public static TagLabels Of(IEnumerable<TaggedText> texts, bool hasBeginnings)
    {
        var kinds = texts.SelectMany(text => text.Spans).Select(span => span.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return new TagLabels(kinds.SelectMany(kind => hasBeginnings ? new[] { "B-" + kind, "I-" + kind } : [kind]).Prepend(Outside));
    }

    /// <summary>The id of each word of a text.</summary>
    /// <exception cref="ArgumentException">A span has a label that is not among these.</exception>
    public int[] IdsOf(TaggedText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new int[text.Words.Length];
        Array.Fill(ids, _ids[Outside]);
        foreach (var span in text.Spans)
        {
            for (var word = span.First; word <= span.Last; word++)
            {
                var name = !HasBeginnings ? span.Label : (word == span.First ? "B-" : "I-") + span.Label;
                ids[word] = _ids.TryGetValue(name, out var id) ? id : throw new ArgumentException($"There is no label '{name}'; there are {string.Join(", ", Names)}.", nameof(text));
            }
        }

        return ids;
    }

    /// <summary>The spans that words' labels stand for; an inside without a beginning begins a span.</summary>
    /// <param name="ids">The id of each word.</param>
    public ImmutableArray<WordSpan> SpansOf(IReadOnlyList<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var spans = ImmutableArray.CreateBuilder<WordSpan>();
        for (var word = 0; word < ids.Count; word++)
        {
            var name = Names[ids[word]];
            if (name == Outside)
            {
                continue;
            }

            var goesOn = spans.Count > 0 && spans[^1].Last == word - 1 && spans[^1].Label == KindOf(name) && !name.StartsWith("B-", StringComparison.Ordinal);
            if (goesOn)
            {
                spans[^1] = spans[^1] with { Last = word };
            }
            else
            {
                spans.Add(new WordSpan(word, word, KindOf(name)));
            }
        }

        return spans.ToImmutable();
    }

    private string KindOf(string name) => HasBeginnings && name != Outside ? name[2..] : name;
}
