using System.Collections.Frozen;
using System.Text;

namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>What characters are without their accents: Unicode's canonical decomposition less its nonspacing marks.</summary>
/// <remarks>
/// The table lies in <c>BaseLetters.txt</c> (Unicode 14; a line is what remains, a space, and the characters it remains of), since a
/// process without ICU decomposes nothing: <c>"é".Normalize(FormD)</c> is one character there, and "café" would stay unknown to a
/// vocabulary of plain letters.
/// </remarks>
internal static class BaseLetters
{
    private const int HangulFirst = 0xAC00, HangulLast = 0xD7A3, Vowels = 21, Finals = 28;

    private static readonly FrozenDictionary<int, string> Table = Read();

    /// <summary>What remains of a character that has a decomposition; null where it has none.</summary>
    public static string? Of(Rune rune)
    {
        if (rune.Value < 0xC0)
        {
            return null;
        }

        if (rune.Value is < HangulFirst or > HangulLast)
        {
            return Table.GetValueOrDefault(rune.Value);
        }

        // Unicode Standard, section 3.12: a syllable is its consonant, its vowel and perhaps a final consonant.
        var syllable = rune.Value - HangulFirst;
        var (lead, vowel, final) = ((char)(0x1100 + (syllable / (Vowels * Finals))), (char)(0x1161 + (syllable % (Vowels * Finals) / Finals)), syllable % Finals);
        return final == 0 ? $"{lead}{vowel}" : $"{lead}{vowel}{(char)(0x11A7 + final)}";
    }

    private static FrozenDictionary<int, string> Read()
    {
        using var stream = typeof(BaseLetters).Assembly.GetManifestResourceStream("OrleansSeg.Model.Text.Tokenization.BaseLetters.txt")
            ?? throw new InvalidOperationException("The table of base letters is not embedded. This is a bug.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var table = new Dictionary<int, string>();
        while (reader.ReadLine() is { } line)
        {
            var space = line.IndexOf(' ', 1);
            foreach (var rune in line.AsSpan(space + 1).EnumerateRunes())
            {
                table.Add(rune.Value, line[..space]);
            }
        }

        return table.ToFrozenDictionary();
    }
}
