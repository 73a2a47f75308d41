namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Keys of rows, as Orleans' Azure packages write them.</summary>
/// <remarks>
/// The four characters that a key must not hold become an underscore, so two keys that differ only in them are one row: callers
/// escape such characters beforehand.
/// </remarks>
internal static class TableKeys
{
    /// <summary>Keys are shorter than this.</summary>
    public const int LengthLimit = 1_024;

    /// <summary>A text as it may stand in a key, or in the beginning of one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has <see cref="LengthLimit"/> characters or more.</exception>
    public static string Sanitize(string text) => text.Length < LengthLimit
        ? text.Replace('/', '_').Replace('\\', '_').Replace('#', '_').Replace('?', '_')
        : throw new ArgumentOutOfRangeException(nameof(text), $"A key of {text.Length} characters is too long; keys are shorter than {LengthLimit}.");

    /// <summary>The first text, in ordinal order, that does not begin with this one.</summary>
    public static string After(string prefix) => prefix[..^1] + (char)(prefix[^1] + 1);
}
