using System.Globalization;
using System.Text;

namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>How BERT prepares a text before its words are looked up.</summary>
/// <param name="LowerCase">Whether capital letters become small.</param>
/// <param name="StripAccents">Whether accents go.</param>
/// <param name="SplitChinese">Whether each Chinese character is a word.</param>
/// <param name="Clean">Whether control characters go, and every kind of space becomes a plain one.</param>
internal sealed record BertTextOptions(bool LowerCase, bool StripAccents, bool SplitChinese = true, bool Clean = true);

/// <summary>Normalizes a text as BERT does, and splits it into words and punctuation.</summary>
/// <remarks>
/// The steps are those of Hugging Face's BertNormalizer and BertPreTokenizer. The package's own normalizer is not used: it drops tabs and
/// line ends, so that "a\tb" is one word; puts decomposed letters together again, so that Korean is unknown to vocabularies of its parts;
/// keeps format characters, such as the zero-width space; and leaves accents where the process has no ICU.
/// </remarks>
internal static class BertText
{
    /// <summary>The words of a part of a text, each with where its characters came from.</summary>
    public static List<AlignedText> Words(string text, int start, int end, BertTextOptions options)
    {
        var splitter = new Splitter();
        for (var at = start; at < end;)
        {
            // Half a surrogate pair comes out as the replacement character, which is dropped.
            Rune.DecodeFromUtf16(text.AsSpan(at, end - at), out var rune, out var length);
            Add(splitter, rune, at, at + length, options);
            at += length;
        }

        return splitter.Words;
    }

    /// <summary>Whether a character is punctuation to BERT: Unicode's, and every ASCII sign.</summary>
    public static bool IsPunctuation(Rune rune) =>
        rune.Value is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~')
            || Rune.GetUnicodeCategory(rune) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation
                or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    /// <summary>Whether a character is a Chinese one to BERT; Japanese syllables and Korean ones are not.</summary>
    /// <remarks>The last but two of the ranges begins at 2B920 in the reference, where Unicode's begins at 2B820; the ids follow the reference.</remarks>
    public static bool IsChinese(Rune rune) =>
        rune.Value is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
            or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    private static void Add(Splitter splitter, Rune rune, int start, int end, BertTextOptions options)
    {
        if (options.Clean && (rune.Value is 0 or 0xFFFD || IsControl(rune)))
        {
            return;
        }

        var alone = options.SplitChinese && IsChinese(rune);
        if (alone)
        {
            splitter.EndWord();
        }

        if (!options.StripAccents)
        {
            AddCased(splitter, rune, start, end, options);
        }
        else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
        {
            foreach (var letter in (BaseLetters.Of(rune) ?? rune.ToString()).EnumerateRunes())
            {
                AddCased(splitter, letter, start, end, options);
            }
        }

        if (alone)
        {
            splitter.EndWord();
        }
    }

    private static void AddCased(Splitter splitter, Rune rune, int start, int end, BertTextOptions options)
    {
        if (options.LowerCase && rune.Value == 0x130)
        {
            // The one capital whose small letter is two characters; culture-less lower-casing leaves it as it is.
            splitter.Add(new Rune('i'), start, end);
            splitter.Add(new Rune(0x307), start, end);
            return;
        }

        splitter.Add(options.LowerCase ? Rune.ToLowerInvariant(rune) : rune, start, end);
    }

    private static bool IsControl(Rune rune) =>
        rune.Value is not ('\t' or '\n' or '\r')
            && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    private sealed class Splitter
    {
        private bool _open;

        public List<AlignedText> Words { get; } = [];

        public void Add(Rune rune, int start, int end)
        {
            if (Rune.IsWhiteSpace(rune))
            {
                EndWord();
                return;
            }

            var punctuation = IsPunctuation(rune);
            if (punctuation || !_open)
            {
                Words.Add(new AlignedText());
            }

            Words[^1].Add(rune, start, end);
            _open = !punctuation;
        }

        public void EndWord() => _open = false;
    }
}
