using System.Globalization;
using System.Text;

namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>Splits a text as GPT-2 and RoBERTa do, and writes its bytes as characters.</summary>
/// <remarks>
/// Radford et al. 2019, their pattern <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, over characters:
/// .NET's own patterns see two halves of a letter beyond 16 bits, which are no letters.
/// </remarks>
internal static class ByteLevelText
{
    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private static readonly char[] Characters = Map();

    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    /// <summary>The pieces of a part of a text, whole: nothing is left out.</summary>
    public static IEnumerable<(int Start, int End)> Pieces(string text, int start, int end)
    {
        for (var at = start; at < end;)
        {
            var next = PieceEnd(text, at, end);
            yield return (at, next);
            at = next;
        }
    }

    /// <summary>A part of a text as one character for each byte of its UTF-8, with where each came from.</summary>
    public static AlignedText Bytes(string text, int start, int end)
    {
        var written = new AlignedText();
        Span<byte> bytes = stackalloc byte[4];
        Span<char> character = stackalloc char[1];
        for (var at = start; at < end;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(at, end - at), out var rune, out var length);
            foreach (var each in bytes[..rune.EncodeToUtf8(bytes)])
            {
                character[0] = Characters[each];
                written.Add(character, at, at + length);
            }

            at += length;
        }

        return written;
    }

    private static int PieceEnd(string text, int at, int end)
    {
        if (text[at] == '\'')
        {
            foreach (var contraction in Contractions)
            {
                if (at + contraction.Length <= end && string.CompareOrdinal(text, at, contraction, 0, contraction.Length) == 0)
                {
                    return at + contraction.Length;
                }
            }
        }

        var first = text[at] == ' ' && at + 1 < end && KindAt(text, at + 1, end, out _) != Kind.Space ? at + 1 : at;
        var kind = KindAt(text, first, end, out _);
        var (next, last) = (first, first);
        while (next < end && KindAt(text, next, end, out var length) == kind)
        {
            last = next;
            next += length;
        }

        // The last of several spaces goes with the word after it.
        return kind == Kind.Space && next < end && last > at ? last : next;
    }

    private static Kind KindAt(string text, int at, int end, out int length)
    {
        Rune.DecodeFromUtf16(text.AsSpan(at, end - at), out var rune, out length);
        return Rune.IsWhiteSpace(rune)
            ? Kind.Space
            : Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                    or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
                UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
                _ => Kind.Other,
            };
    }

    // Bytes that print stand for themselves; the others are moved beyond 255, in their order.
    private static char[] Map()
    {
        var (map, moved) = (new char[256], 256);
        for (var value = 0; value < 256; value++)
        {
            map[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : (char)moved++;
        }

        return map;
    }
}
