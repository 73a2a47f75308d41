namespace OrleansSeg.Data.Import.Rows;

/// <summary>Formats of files and how one is told.</summary>
internal static class FileFormat
{
    public const string Csv = "csv";
    public const string Tsv = "tsv";
    public const string JsonLines = "jsonl";
    public const string Parquet = "parquet";
    public const string Whitespace = "whitespace";

    private static readonly string[] All = [Csv, Tsv, JsonLines, Parquet, Whitespace];

    /// <summary>The format of a file: as told, else by its signature, its extension, the mapping or the look of its first line.</summary>
    /// <exception cref="ImportUsageException">The name is no format, or the file is of a kind that is not read.</exception>
    public static string Of(string? told, string path, string? mapped, ReadOnlySpan<byte> start)
    {
        if (told is not null)
        {
            return Named(told);
        }

        return start switch
        {
            [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => Parquet,
            [(byte)'P', (byte)'K', 3, 4, ..] => throw new ImportUsageException(
                $"{Path.GetFileName(path)} is a ZIP archive or an Excel workbook: {string.Join(", ", All)} (or gzip of a text format) was expected. Unpack it or save it as CSV."),
            _ => ByExtension(path) ?? (mapped is not null ? Named(mapped) : LooksBlankSeparated(start) ? Whitespace : Csv),
        };
    }

    /// <summary>The separator of a name: one character, <c>tab</c> or <c>\t</c>; null for null.</summary>
    /// <exception cref="ImportUsageException">The text is none.</exception>
    public static char? Delimiter(string? name) => name switch
    {
        null => null,
        "tab" or "\\t" => '\t',
        [var c] when c is not ('"' or '\n' or '\r') => c,
        _ => throw new ImportUsageException($"The delimiter '{name}' is not one character (and no quote): ',', ';', '|' or tab, for example, was expected."),
    };

    private static string Named(string name) => All.Contains(name.ToLowerInvariant())
        ? name.ToLowerInvariant()
        : throw new ImportUsageException($"There is no format '{name}': one of {string.Join(", ", All)} was expected.");

    /// <summary>Whether the first line has words between blanks and nothing else that could part columns.</summary>
    private static bool LooksBlankSeparated(ReadOnlySpan<byte> start)
    {
        var end = start.IndexOfAny((byte)'\n', (byte)'\r');
        var line = (end < 0 ? start : start[..end]).Trim((byte)' ');
        return line.Contains((byte)' ') && line.IndexOfAny(",;|\t\""u8) < 0;
    }

    private static string? ByExtension(string path)
    {
        var name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".csv" => Csv,
            ".tsv" or ".tab" => Tsv,
            ".jsonl" or ".ndjson" or ".json" => JsonLines,
            ".parquet" or ".pq" => Parquet,
            _ => null,
        };
    }
}
