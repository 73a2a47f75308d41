using System.Collections.Immutable;
using System.Text;

namespace OrleansSeg.Model.Text.Tagging;

/// <summary>Cuts a text into what is labelled: words between spaces, each punctuation mark, each Chinese or Japanese character.</summary>
public static class TextWords
{
    /// <summary>The words of a text.</summary>
    public static ImmutableArray<WordPlace> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = ImmutableArray.CreateBuilder<WordPlace>();
        var start = -1;
        for (var at = 0; at < text.Length;)
        {
            var length = Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var consumed) == System.Buffers.OperationStatus.Done ? consumed : 1;
            var alone = IsAlone(text, at, rune);
            if ((alone || Rune.IsWhiteSpace(rune)) && start >= 0)
            {
                words.Add(new WordPlace(start, at));
                start = -1;
            }

            if (alone)
            {
                words.Add(new WordPlace(at, at + length));
            }
            else if (!Rune.IsWhiteSpace(rune) && start < 0)
            {
                start = at;
            }

            at += length;
        }

        if (start >= 0)
        {
            words.Add(new WordPlace(start, text.Length));
        }

        return words.ToImmutable();
    }

    /// <summary>Whether a character is a word by itself in scripts that put no spaces between words.</summary>
    internal static bool IsIdeograph(Rune rune) => rune.Value is (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x2FA1F);

    // A mark between two digits or letters belongs to the word: 7.30, 19:00, don't, mp3-player.
    private static bool IsAlone(string text, int at, Rune rune) =>
        IsIdeograph(rune)
        || ((Rune.IsPunctuation(rune) || Rune.IsSymbol(rune))
            && !(at > 0 && at + rune.Utf16SequenceLength < text.Length && char.IsLetterOrDigit(text[at - 1]) && char.IsLetterOrDigit(text[at + rune.Utf16SequenceLength])
                && !IsIdeograph(new Rune(char.IsSurrogate(text[at - 1]) ? 'x' : text[at - 1]))));
}
