namespace OrleansSeg.Model.Features;

/// <summary>Cuts texts.</summary>
internal static class TextStart
{
    /// <summary>The text, or its first characters: at most so many, and never half of one that takes two places.</summary>
    public static string Of(string text, int lengthMax) =>
        text.Length <= lengthMax ? text : text[..(lengthMax - (char.IsHighSurrogate(text[lengthMax - 1]) ? 1 : 0))];
}
