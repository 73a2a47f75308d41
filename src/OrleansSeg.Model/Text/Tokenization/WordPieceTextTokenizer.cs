using System.Text;
using Microsoft.ML.Tokenizers;
using OrleansSeg.Model.Text.Checkpoints;

namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>WordPiece, as BERT and DistilBERT have it: the longest entry that begins a word, then the longest of its rest.</summary>
/// <remarks>Wu et al. 2016, arXiv:1609.08144. The package looks the pieces up; the words are split by <see cref="BertText"/>.</remarks>
public sealed class WordPieceTextTokenizer : TextTokenizer
{
    private const int WordRunesMax = 100;

    private readonly WordPieceTokenizer _pieces;
    private readonly BertTextOptions _options;

    private WordPieceTextTokenizer(WordPieceTokenizer pieces, int idCount, BertTextOptions options, SpecialTokens special)
        : base(special)
    {
        (_pieces, IdCount, _options) = (pieces, idCount, options);
    }

    /// <inheritdoc />
    public override int IdCount { get; }

    /// <summary>Makes a tokenizer of a vocabulary trained on the shop's own texts: small letters, no accents.</summary>
    /// <param name="vocabulary">Entries in the order of their ids.</param>
    /// <exception cref="CheckpointException">An entry is repeated, or one of <c>[UNK] [CLS] [SEP]</c> is missing.</exception>
    public static WordPieceTextTokenizer Of(IEnumerable<string> vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (entry, id) in vocabulary.Select((entry, id) => (entry, id)))
        {
            if (!ids.TryAdd(entry, id))
            {
                throw new CheckpointException($"The vocabulary has '{Bundles.SafeTensorsHeader.Shown(entry)}' twice.");
            }
        }

        return Of(ids, new BertTextOptions(LowerCase: true, StripAccents: true), "[UNK]", AddedTokens.None);
    }

    /// <summary>Makes a tokenizer.</summary>
    /// <param name="ids">The vocabulary.</param>
    /// <param name="options">How texts are prepared.</param>
    /// <param name="unknown">The entry for words that cannot be written.</param>
    /// <param name="added">More tokens that are recognized as they stand.</param>
    /// <exception cref="CheckpointException">A special token is missing, or an entry cannot be one.</exception>
    internal static WordPieceTextTokenizer Of(
        IReadOnlyDictionary<string, int> ids, BertTextOptions options, string unknown, AddedTokens added)
    {
        var special = SpecialTokens.Find(name => ids.TryGetValue(name, out var id) ? id : added.Ids.TryGetValue(name, out id) ? id : null, added)
            ?? throw new CheckpointException("The vocabulary has neither [CLS] and [SEP] nor <s> and </s>.");
        var count = Math.Max(ids.Values.DefaultIfEmpty(-1).Max(), added.IdMax) + 1;
        try
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', Lines(ids))));

            // The package counts UTF-16 units where the reference counts characters, so its own bound is out of the way.
            var pieceOptions = new WordPieceOptions { UnknownToken = unknown, MaxInputCharsPerWord = 2 * WordRunesMax };
            return new WordPieceTextTokenizer(WordPieceTokenizer.Create(stream, pieceOptions), count, options, special);
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException($"The vocabulary cannot be read: {exception.Message}", exception);
        }
    }

    /// <inheritdoc />
    private protected override void SplitPart(string text, int start, int end, List<Token> tokens)
    {
        foreach (var word in BertText.Words(text, start, end, _options))
        {
            var written = word.ToString();
            if (word.Length > WordRunesMax && written.EnumerateRunes().Count() > WordRunesMax)
            {
                Add(_pieces.UnknownTokenId, word, 0, word.Length, tokens);
                continue;
            }

            foreach (var piece in _pieces.EncodeToTokens(written, out _, considerPreTokenization: false, considerNormalization: false))
            {
                Add(piece.Id, word, piece.Offset.Start.Value, piece.Offset.End.Value, tokens);
            }
        }
    }

    private static void Add(int id, AlignedText word, int from, int to, List<Token> tokens)
    {
        var (start, end) = word.SourceOf(from, to);
        tokens.Add(new Token(id, start, end));
    }

    // The package numbers the lines of a file; an id that no entry has is an empty line, which it passes over.
    private static IEnumerable<string> Lines(IReadOnlyDictionary<string, int> ids)
    {
        var next = 0;
        foreach (var (entry, id) in ids.OrderBy(pair => pair.Value))
        {
            if (id < next || entry.AsSpan().IndexOfAny('\n', '\r') >= 0)
            {
                throw new CheckpointException($"The vocabulary has '{Bundles.SafeTensorsHeader.Shown(entry)}' at id {id}, which another entry has, or which no line can hold.");
            }

            for (; next < id; next++)
            {
                yield return "";
            }

            yield return entry;
            next++;
        }
    }
}
