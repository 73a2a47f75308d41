using Microsoft.ML.Tokenizers;
using OrleansSeg.Model.Text.Checkpoints;

namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>Byte pairs over bytes, as RoBERTa has them: every text can be written, whatever its characters.</summary>
/// <remarks>Sennrich et al. 2016, arXiv:1508.07909, over bytes. The package merges the pairs; the pieces are split by <see cref="ByteLevelText"/>.</remarks>
public sealed class BytePairTextTokenizer : TextTokenizer
{
    private readonly BpeTokenizer _pairs;
    private readonly bool _prefixSpace;

    private BytePairTextTokenizer(BpeTokenizer pairs, int idCount, bool prefixSpace, SpecialTokens special)
        : base(special)
    {
        (_pairs, IdCount, _prefixSpace) = (pairs, idCount, prefixSpace);
    }

    /// <inheritdoc />
    public override int IdCount { get; }

    /// <summary>Makes a tokenizer.</summary>
    /// <param name="ids">The vocabulary.</param>
    /// <param name="merges">Pairs in the order they are merged, each as two entries with a space between.</param>
    /// <param name="prefixSpace">Whether a text that begins with no space is read as if it did.</param>
    /// <param name="added">More tokens that are recognized as they stand.</param>
    /// <exception cref="CheckpointException">A special token is missing, or a pair merges what is no entry.</exception>
    internal static BytePairTextTokenizer Of(
        IReadOnlyDictionary<string, int> ids, IEnumerable<string> merges, bool prefixSpace, AddedTokens added)
    {
        var special = SpecialTokens.Find(name => ids.TryGetValue(name, out var id) ? id : added.Ids.TryGetValue(name, out id) ? id : null, added)
            ?? throw new CheckpointException("The vocabulary has neither <s> and </s> nor [CLS] and [SEP].");
        var count = Math.Max(ids.Values.DefaultIfEmpty(-1).Max(), added.IdMax) + 1;
        try
        {
            var unknown = ids.ContainsKey("<unk>") ? "<unk>" : null;
            return new BytePairTextTokenizer(
                BpeTokenizer.Create(new BpeOptions(ids) { Merges = merges, UnknownToken = unknown }), count, prefixSpace, special);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw new CheckpointException($"The pairs cannot be read: {exception.Message}", exception);
        }
    }

    /// <inheritdoc />
    private protected override void SplitPart(string text, int start, int end, List<Token> tokens)
    {
        // The space in front is thought, not there: its token begins where the text does.
        var shift = _prefixSpace && start < end && text[start] != ' ' ? 1 : 0;
        var read = shift == 0 ? text[start..end] : " " + text[start..end];
        foreach (var (from, to) in ByteLevelText.Pieces(read, 0, read.Length))
        {
            var bytes = ByteLevelText.Bytes(read, from, to);
            foreach (var pair in _pairs.EncodeToTokens(bytes.ToString(), out _, considerPreTokenization: false, considerNormalization: false))
            {
                var (first, last) = bytes.SourceOf(pair.Offset.Start.Value, pair.Offset.End.Value);

                // A token's own spaces are no part of the word that it stands for.
                while (first < last && read[first] == ' ')
                {
                    first++;
                }

                tokens.Add(new Token(pair.Id, Math.Max(start, first - shift + start), Math.Max(start, last - shift + start)));
            }
        }
    }
}
