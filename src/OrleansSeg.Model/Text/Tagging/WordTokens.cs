using OrleansSeg.Model.Text.Tokenization;

namespace OrleansSeg.Model.Text.Tagging;

/// <summary>A part of a text as the model reads it, and the tokens that its words are told by.</summary>
/// <param name="Ids">(T) token ids, with special tokens.</param>
/// <param name="Heads">For each word that has a token here: the word's index, and the place of its first token.</param>
internal sealed record WordTokens(int[] Ids, (int Word, int Place)[] Heads)
{
    /// <summary>Lays a text out in parts that the model can read; a word is never cut in two unless it alone is too long.</summary>
    /// <remarks>
    /// A word is told by its first token, as in Devlin et al. 2019, section 5.3. A word that the tokenizer leaves nothing of, such as a lone
    /// control character, is in no part.
    /// </remarks>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="text">The text.</param>
    /// <param name="words">Its words.</param>
    /// <param name="tokensMax">Most tokens of a part, special ones included.</param>
    public static List<WordTokens> Of(TextTokenizer tokenizer, string text, IReadOnlyList<WordPlace> words, int tokensMax)
    {
        var whole = tokenizer.Encode(text);
        var firsts = FirstTokens(whole.Spans, words);
        var (parts, room, end) = (new List<WordTokens>(), tokensMax - 2, whole.Ids.Length - 1);
        for (var from = 1; from < end;)
        {
            var to = Math.Min(end, from + room);
            if (to < end)
            {
                // Back to where a word begins, unless the part would be empty.
                var begin = firsts.LastOrDefault(head => head.Place <= to && head.Place > from).Place;
                to = begin > from ? begin : to;
            }

            parts.Add(new WordTokens(
                [tokenizer.Special.Start, .. whole.Ids.AsSpan(from, to - from), tokenizer.Special.End],
                [.. firsts.Where(head => head.Place >= from && head.Place < to).Select(head => (head.Word, head.Place - from + 1))]));
            from = to;
        }

        return parts;
    }

    // Both are in the text's order, so one pass finds for each word the first token that has a character of it.
    private static List<(int Word, int Place)> FirstTokens(TokenSpan[] spans, IReadOnlyList<WordPlace> words)
    {
        var (found, place) = (new List<(int, int)>(), 0);
        for (var word = 0; word < words.Count; word++)
        {
            while (place < spans.Length && (spans[place].Part != 0 || spans[place].End <= words[word].Start))
            {
                place++;
            }

            if (place < spans.Length && spans[place].Start < words[word].End && spans[place].End > spans[place].Start)
            {
                found.Add((word, place));
            }
        }

        return found;
    }
}
