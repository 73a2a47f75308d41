using System.Text;
using Microsoft.ML.Tokenizers;

namespace OrleansSeg.Model.Text;

/// <summary>A WordPiece vocabulary made from a shop's own texts: its frequent words whole, and characters for the rest.</summary>
public static class WordPieceVocabulary
{
    private static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>Makes the vocabulary; the same texts in any order give the same one.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="sizeMax">Most entries; characters come first, then words by frequency.</param>
    /// <returns>Entries in the order of their ids.</returns>
    public static IReadOnlyList<string> Train(IEnumerable<string> texts, int sizeMax)
    {
        var words = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var word in texts.SelectMany(Words))
        {
            words[word] = words.GetValueOrDefault(word) + 1;
        }

        var characters = words.Keys.SelectMany(word => word.EnumerateRunes()).Select(rune => rune.ToString()).Distinct().Order(StringComparer.Ordinal).ToList();
        var frequent = words.Where(pair => pair.Value > 1 && pair.Key.Length > 1)
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => pair.Key);
        return [.. Special.Concat(characters).Concat(characters.Select(c => "##" + c)).Concat(frequent).Distinct().Take(sizeMax)];
    }

    /// <summary>A tokenizer over the vocabulary, lower-casing as it was trained.</summary>
    public static BertTokenizer CreateTokenizer(IEnumerable<string> vocabulary)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', vocabulary) + "\n"));
        return BertTokenizer.Create(stream, new BertOptions { LowerCaseBeforeTokenization = true, UnknownToken = "[UNK]" });
    }

    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (var c in text.ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(c))
            {
                word.Append(c);
                continue;
            }

            if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }

            if (char.IsPunctuation(c))
            {
                yield return c.ToString();
            }
        }

        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }
}
