using System.Collections.Immutable;
using System.Text;

namespace OrleansSeg.Model.Text.Tagging;

/// <summary>Reads labelled texts, a word to a line and an empty line after each text: <c>word label</c>, with spaces or a tab between.</summary>
/// <remarks>
/// Columns between the first and the last are passed over, as in the CoNLL tasks' own files. Labels are plain, or begin with B- and I-, E- and L-
/// for an end, S- and U- for a span of one word. Words are joined by spaces, Chinese and Japanese characters without. A text with a line that
/// cannot be read is rejected whole.
/// </remarks>
public static class ConllFile
{
    private const int WordLengthMax = 1_000;
    private const int WordsMax = 100_000;
    private const string DocumentStart = "-DOCSTART-";

    /// <summary>Reads texts until the end.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="rejected">Told of each text that is rejected: the line's number from 1, and why.</param>
    public static LabelledTexts Read(TextReader reader, Action<int, string> rejected)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(rejected);
        var (texts, open, hasBeginnings) = (ImmutableArray.CreateBuilder<TaggedText>(), new OpenText(), false);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                open.CloseInto(texts);
                continue;
            }

            var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (open.IsEmpty && (fields[0] == DocumentStart || (fields[0].StartsWith('#') && fields.Length != 2)))
            {
                continue;
            }

            if (open.Add(fields) is { } problem)
            {
                rejected(number, problem);
            }

            hasBeginnings |= fields.Length > 1 && fields[^1].Length > 2 && fields[^1][1] == '-';
        }

        open.CloseInto(texts);
        return new LabelledTexts(texts.ToImmutable(), hasBeginnings);
    }

    /// <summary>Writes texts as they are read.</summary>
    public static void Write(TextWriter writer, IEnumerable<TaggedText> texts, bool hasBeginnings)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (var text in texts)
        {
            var labels = Enumerable.Repeat(TagLabels.Outside, text.Words.Length).ToArray();
            foreach (var span in text.Spans)
            {
                for (var word = span.First; word <= span.Last; word++)
                {
                    labels[word] = (!hasBeginnings ? "" : word == span.First ? "B-" : "I-") + span.Label;
                }
            }

            foreach (var (place, label) in text.Words.Zip(labels))
            {
                writer.Write($"{text.Text.AsSpan(place.Start, place.End - place.Start)}\t{label}\n");
            }

            writer.Write('\n');
        }
    }

    private sealed class OpenText
    {
        private readonly StringBuilder _text = new();
        private readonly List<WordPlace> _words = [];
        private readonly List<WordSpan> _spans = [];
        private bool _isOpen;
        private bool _isRejected;

        public bool IsEmpty => _words.Count == 0 && !_isRejected;

        /// <summary>Adds a word; returns why the text is rejected, once.</summary>
        public string? Add(string[] fields)
        {
            if (_isRejected)
            {
                return null;
            }

            var problem = fields.Length < 2 ? $"'{Shown(fields[0])}' has no label"
                : fields[0].Length > WordLengthMax ? $"a word of {fields[0].Length} characters is longer than {WordLengthMax}"
                : fields[0].Any(char.IsControl) ? "a word holds a control character"
                : _words.Count == WordsMax ? $"a text has more than {WordsMax} words"
                : Parse(fields[^1]) is null ? $"the label '{Shown(fields[^1])}' has a beginning other than B-, I-, E-, L-, S- and U-"
                : null;
            _isRejected = problem is not null;
            if (problem is null)
            {
                Add(fields[0], Parse(fields[^1])!.Value);
            }

            return problem;
        }

        public void CloseInto(ImmutableArray<TaggedText>.Builder texts)
        {
            if (_words.Count > 0 && !_isRejected)
            {
                texts.Add(new TaggedText(_text.ToString(), [.. _words], [.. _spans]));
            }

            _text.Clear();
            _words.Clear();
            _spans.Clear();
            (_isOpen, _isRejected) = (false, false);
        }

        private void Add(string word, (char Place, string Label) label)
        {
            if (_text.Length > 0 && !(IsIdeographic(word[0]) || IsIdeographic(_text[^1])))
            {
                _text.Append(' ');
            }

            _words.Add(new WordPlace(_text.Length, _text.Length + word.Length));
            _text.Append(word);
            if (label.Label == TagLabels.Outside)
            {
                _isOpen = false;
                return;
            }

            var goesOn = _isOpen && label.Place is 'I' or 'E' or ' ' && _spans.Count > 0 && _spans[^1].Label == label.Label && _spans[^1].Last == _words.Count - 2;
            if (goesOn)
            {
                _spans[^1] = _spans[^1] with { Last = _words.Count - 1 };
            }
            else
            {
                _spans.Add(new WordSpan(_words.Count - 1, _words.Count - 1, label.Label));
            }

            _isOpen = label.Place is not ('E' or 'S');
        }

        /// <summary>A label's place in its span (B, I, E, S, or a space where labels are plain), and the label; null where it has none of these.</summary>
        private static (char Place, string Label)? Parse(string text) => text switch
        {
            TagLabels.Outside => (' ', text),
            ['B' or 'I' or 'E' or 'S', '-', _, ..] => (text[0], text[2..]),
            ['L', '-', _, ..] => ('E', text[2..]),
            ['U', '-', _, ..] => ('S', text[2..]),
            [_, '-', ..] => null,
            _ => (' ', text),
        };

        private static bool IsIdeographic(char character) => !char.IsSurrogate(character) && TextWords.IsIdeograph(new Rune(character));

        private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";
    }
}

/// <summary>What a file of labelled texts holds.</summary>
/// <param name="Texts">The texts.</param>
/// <param name="HasBeginnings">Whether the file tells a span's first word from the others.</param>
public sealed record LabelledTexts(ImmutableArray<TaggedText> Texts, bool HasBeginnings);
