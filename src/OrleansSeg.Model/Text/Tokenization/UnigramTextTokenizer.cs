using Microsoft.ML.Tokenizers;
using OrleansSeg.Model.Text.Checkpoints;

namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>SentencePiece's unigram model, as XLM-RoBERTa and its multilingual offspring have it: the likeliest pieces that make up a word.</summary>
/// <remarks>
/// Kudo 2018, arXiv:1804.10959. The package finds the pieces; texts are normalized by <see cref="CharacterMap"/>. The package has one unknown
/// token for each character it cannot write where the reference has one for a run of them: "🜀🜁" is two there, and one here.
/// </remarks>
public sealed class UnigramTextTokenizer : TextTokenizer
{
    private const string Boundary = "\u2581";

    private readonly SentencePieceTokenizer _pieces;
    private readonly CharacterMap _map;
    private readonly int _unknown;
    private readonly int[] _ids;

    private UnigramTextTokenizer(SentencePieceTokenizer pieces, CharacterMap map, int unknown, int[] ids, int idCount, SpecialTokens special)
        : base(special)
    {
        (_pieces, _map, _unknown, _ids, IdCount) = (pieces, map, unknown, ids, idCount);
    }

    /// <inheritdoc />
    public override int IdCount { get; }

    /// <summary>Makes a tokenizer of a SentencePiece file that fairseq's models share: their ids put <c>&lt;pad&gt;</c> at 1, and begin one later.</summary>
    /// <exception cref="CheckpointException">The file is damaged, is no unigram model, or does not begin with <c>&lt;unk&gt; &lt;s&gt; &lt;/s&gt;</c>.</exception>
    internal static UnigramTextTokenizer OfFairseq(byte[] file)
    {
        var model = SentencePieceModel.Read(file);
        if (!model.IsUnigram || !model.Pieces.Take(3).Select(piece => piece.Text).SequenceEqual(["<unk>", "<s>", "</s>"]))
        {
            throw new CheckpointException("The SentencePiece file is no unigram model that begins with <unk> <s> </s>; bring its tokenizer.json.");
        }

        var ids = Enumerable.Range(0, model.Pieces.Count).Select(index => index switch { 0 => 3, 1 => 0, 2 => 2, _ => index + 1 }).ToArray();
        var names = new Dictionary<string, int> { ["<s>"] = 0, ["<pad>"] = 1, ["</s>"] = 2, ["<unk>"] = 3, ["<mask>"] = model.Pieces.Count + 1 };
        return Of(model, ids, model.Pieces.Count + 2, AddedTokens.Roberta, name => names.TryGetValue(name, out var id) ? id : null);
    }

    /// <summary>Makes a tokenizer of pieces whose index is their id.</summary>
    /// <exception cref="CheckpointException">A special token is missing, or the pieces cannot be a model.</exception>
    internal static UnigramTextTokenizer Of(SentencePieceModel model, AddedTokens added)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            ids.TryAdd(model.Pieces[id].Text, id);
        }

        var count = Math.Max(model.Pieces.Count, added.IdMax + 1);
        return Of(model, [.. Enumerable.Range(0, model.Pieces.Count)], count, added, name => ids.TryGetValue(name, out var id) || added.Ids.TryGetValue(name, out id) ? id : null);
    }

    /// <inheritdoc />
    private protected override void SplitPart(string text, int start, int end, List<Token> tokens)
    {
        var mapped = _map.Apply(text, start, end);
        var written = mapped.ToString();
        for (var at = 0; at < written.Length;)
        {
            if (char.IsWhiteSpace(written[at]))
            {
                at++;
                continue;
            }

            var from = at;
            while (at < written.Length && !char.IsWhiteSpace(written[at]))
            {
                at++;
            }

            AddWord(mapped, written, from, at, tokens);
        }
    }

    private void AddWord(AlignedText mapped, string written, int from, int to, List<Token> tokens)
    {
        var before = tokens.Count;
        var pieces = _pieces.EncodeToTokens(
            Boundary + written[from..to], out _, addBeginningOfSentence: false, addEndOfSentence: false, considerNormalization: false);
        foreach (var piece in pieces)
        {
            // The first unit of what was given is the boundary, which no character stands behind.
            var (first, last) = (Math.Max(piece.Offset.Start.Value - 1, 0) + from, piece.Offset.End.Value - 1 + from);
            var (start, end) = last > first ? mapped.SourceOf(first, last) : (mapped.SourceOf(from, from + 1).Start, mapped.SourceOf(from, from + 1).Start);
            if (piece.Id == _unknown && tokens.Count > before && tokens[^1].Id == _ids[_unknown])
            {
                tokens[^1] = tokens[^1] with { End = end };
                continue;
            }

            tokens.Add(new Token(_ids[piece.Id], start, end));
        }
    }

    private static UnigramTextTokenizer Of(
        SentencePieceModel model, int[] ids, int count, AddedTokens added, Func<string, int?> find)
    {
        var special = SpecialTokens.Find(find, added) ?? throw new CheckpointException("The pieces have no <s> and </s>.");
        var unknown = model.Pieces.ToList().FindIndex(piece => piece.Kind == PieceKind.Unknown);
        if (unknown < 0)
        {
            throw new CheckpointException("The pieces have none for what is unknown.");
        }

        try
        {
            using var stream = new MemoryStream(model.Write(unknown, IndexOf(special.Start), IndexOf(special.End)));
            var pieces = SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false, specialTokens: null);
            return new UnigramTextTokenizer(pieces, CharacterMap.Read(model.CharacterMap), unknown, ids, count, special);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new CheckpointException($"The pieces cannot be read: {exception.Message}", exception);
        }

        int IndexOf(int id) => Array.IndexOf(ids, id) is >= 0 and var index ? index : throw new CheckpointException("A special token is none of the pieces.");
    }
}
