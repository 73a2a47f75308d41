namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>Turns texts into the token ids of a published model, and says which characters each token stands for. Answers from any thread.</summary>
public abstract class TextTokenizer
{
    private readonly (string Content, int Id)[] _recognized;

    /// <summary>Makes the tokenizer.</summary>
    /// <param name="special">The special tokens.</param>
    private protected TextTokenizer(SpecialTokens special)
    {
        Special = special;

        // The longest first, as one content may begin with another.
        _recognized = [.. special.Contents.OrderByDescending(pair => pair.Key.Length).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value))];
    }

    /// <summary>The special tokens.</summary>
    public SpecialTokens Special { get; }

    /// <summary>One past the largest id: as many rows as a model's token table needs.</summary>
    public abstract int IdCount { get; }

    /// <summary>Tokenizes a text with its special tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tokensMax">Most tokens, special ones included; what is beyond is cut off at the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for a token beside the special ones.</exception>
    public TokenizedText Encode(string text, int tokensMax = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(tokensMax, Special.CountAround(pair: false));
        var tokens = Split(text);
        var layout = new Layout();
        layout.Add(Special.Start, 0);
        layout.Add(tokens, Math.Min(tokens.Count, tokensMax - Special.CountAround(pair: false)), 0, 0);
        layout.Add(Special.End, 0);
        return layout.Build();
    }

    /// <summary>Tokenizes a pair of texts with its special tokens; of a pair that is too long, the longer text loses its end first.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pair">The other text.</param>
    /// <param name="tokensMax">Most tokens, special ones included.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for a token beside the special ones.</exception>
    public TokenizedText EncodePair(string text, string pair, int tokensMax = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(pair);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(tokensMax, Special.CountAround(pair: true));
        var (one, other, type) = (Split(text), Split(pair), Special.DoubleSeparator ? 0 : 1);
        var (kept, otherKept) = Kept(one.Count, other.Count, tokensMax - Special.CountAround(pair: true));
        var layout = new Layout();
        layout.Add(Special.Start, 0);
        layout.Add(one, kept, 0, 0);
        layout.Add(Special.End, 0);
        if (Special.DoubleSeparator)
        {
            layout.Add(Special.End, 0);
        }

        layout.Add(other, otherKept, 1, type);
        layout.Add(Special.End, type);
        return layout.Build();
    }

    /// <summary>Tokens of a text without special ones around it; special tokens that stand in it are recognized, as by the reference.</summary>
    internal List<Token> Split(string text)
    {
        var (tokens, from) = (new List<Token>(), 0);
        for (var at = 0; at < text.Length;)
        {
            if (Recognize(text, at) is not { } found)
            {
                at++;
                continue;
            }

            // Spaces that go with the token are no part of what it stands for.
            var start = at;
            while (start > from && Special.SpaceBefore.Contains(found.Content) && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            SplitPart(text, from, start, tokens);
            tokens.Add(new Token(found.Id, at, at + found.Content.Length));
            from = at += found.Content.Length;
        }

        SplitPart(text, from, text.Length, tokens);
        return tokens;
    }

    /// <summary>Adds the tokens of a part of a text in which no special token stands.</summary>
    private protected abstract void SplitPart(string text, int start, int end, List<Token> tokens);

    private (string Content, int Id)? Recognize(string text, int at)
    {
        foreach (var entry in _recognized)
        {
            if (text[at] == entry.Content[0] && string.CompareOrdinal(text, at, entry.Content, 0, entry.Content.Length) == 0)
            {
                return entry;
            }
        }

        return null;
    }

    // As Hugging Face's tokenizers do: the shorter text is cut only once both have half of the room, and an odd place is the longer one's.
    private static (int One, int Other) Kept(int one, int other, int room)
    {
        if (one + other <= room)
        {
            return (one, other);
        }

        var (shorter, longer) = (Math.Min(one, other), Math.Max(one, other));
        (shorter, longer) = shorter > room / 2 ? (room / 2, (room / 2) + (room % 2)) : (shorter, room - shorter);
        return one > other ? (longer, shorter) : (shorter, longer);
    }

    private sealed class Layout
    {
        private readonly List<int> _ids = [];
        private readonly List<int> _types = [];
        private readonly List<TokenSpan> _spans = [];

        public void Add(int special, int type)
        {
            _ids.Add(special);
            _types.Add(type);
            _spans.Add(TokenSpan.None);
        }

        public void Add(List<Token> tokens, int count, int part, int type)
        {
            foreach (var token in tokens.Take(count))
            {
                _ids.Add(token.Id);
                _types.Add(type);
                _spans.Add(new TokenSpan(part, token.Start, token.End));
            }
        }

        public TokenizedText Build() => new([.. _ids], [.. _types], [.. _spans]);
    }
}
