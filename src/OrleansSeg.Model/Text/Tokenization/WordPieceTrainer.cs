using System.Runtime.InteropServices;

namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>Makes a WordPiece vocabulary of a shop's own texts: its characters, and the pieces of words that occur together most.</summary>
/// <remarks>
/// Sennrich et al. 2016, arXiv:1508.07909, Algorithm 1, with BERT's marks for pieces within a word, as Hugging Face's trainer does it. The texts
/// are read once; the same texts in the same order give the same vocabulary. Memory is bounded by the constants here, whatever the texts:
/// when more than <see cref="WordsMax"/> different words were seen, those seen least are forgotten (Manku and Motwani 2002, lossy counting).
/// </remarks>
public static class WordPieceTrainer
{
    /// <summary>Most different words that are counted at once.</summary>
    public const int WordsMax = 1_000_000;

    /// <summary>Most words, the most frequent ones, that pieces are made of.</summary>
    public const int LearnedWordsMax = 200_000;

    private const int WordUnitsMax = 40;

    private static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
    private static readonly BertTextOptions Options = new(LowerCase: true, StripAccents: true);

    /// <summary>Makes the vocabulary.</summary>
    /// <param name="texts">The texts, read once and not kept.</param>
    /// <param name="sizeMax">Most entries (V); characters take at most half, the frequent ones first.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Entries in the order of their ids, for <see cref="WordPieceTextTokenizer.Of(IEnumerable{string})"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for the special tokens.</exception>
    public static IReadOnlyList<string> Train(IEnumerable<string> texts, int sizeMax, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(sizeMax, Special.Length);
        var words = Count(texts, WordsMax, cancellationToken);
        var alphabet = Alphabet(words, (sizeMax - Special.Length) / 4);
        var learned = words.Where(word => word.Value > 1).OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal).Take(LearnedWordsMax);
        var merges = new PairMerges(alphabet);
        foreach (var (word, count) in learned)
        {
            merges.Add(word, count);
        }

        // Every character both begins words and goes on in them, so that any word of known characters can be written.
        List<string> entries = [.. Special, .. alphabet, .. alphabet.Select(character => "##" + character)];
        var known = entries.ToHashSet(StringComparer.Ordinal);
        foreach (var piece in merges.Learn().TakeWhile(_ => entries.Count < sizeMax))
        {
            // Two merges may give one piece.
            if (known.Add(piece))
            {
                entries.Add(piece);
            }
        }

        return entries;
    }

    /// <summary>How often each word occurs; those seen least are forgotten when there are too many.</summary>
    internal static Dictionary<string, long> Count(IEnumerable<string> texts, int wordsMax, CancellationToken cancellationToken)
    {
        var words = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var word in BertText.Words(text, 0, text.Length, Options).Where(word => word.Length <= WordUnitsMax))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(words, word.ToString(), out _)++;
            }

            for (var least = 1L; words.Count > wordsMax; least *= 2)
            {
                foreach (var word in words.Where(word => word.Value <= least).Select(word => word.Key).ToList())
                {
                    words.Remove(word);
                }
            }
        }

        return words;
    }

    private static List<string> Alphabet(Dictionary<string, long> words, int countMax)
    {
        var characters = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (word, count) in words)
        {
            foreach (var rune in word.EnumerateRunes())
            {
                CollectionsMarshal.GetValueRefOrAddDefault(characters, rune.ToString(), out _) += count;
            }
        }

        return [.. characters.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(countMax)
            .Select(pair => pair.Key).Order(StringComparer.Ordinal)];
    }
}
