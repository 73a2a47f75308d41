using OrleansSeg.Data.Import.Mapping;
using OrleansSeg.Data.Import.Rows;

namespace OrleansSeg.Data.Import;

/// <summary>A file's rows with the mapping that fits them.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Mapping">What their columns are.</param>
/// <param name="Format">The file's format.</param>
/// <param name="Text">Where text comes from; null for Parquet.</param>
internal sealed record OpenedFile(RowReader Rows, EventMapping Mapping, string Format, TextSource? Text)
{
    /// <summary>Opens a file, finds its format, encoding and layout, and checks its columns.</summary>
    /// <exception cref="ImportUsageException">Something asked for does not exist or does not fit.</exception>
    public static async Task<OpenedFile> OpenAsync(string path, ImportOptions options, CancellationToken cancellationToken)
    {
        var told = await MappingReader.ToldAsync(options, cancellationToken);
        var (rows, format, text) = await OpenRowsAsync(path, options, told, cancellationToken);
        try
        {
            return new OpenedFile(rows, Fit(path, told, rows), format, text);
        }
        catch
        {
            await rows.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a file's rows, whatever their columns are.</summary>
    /// <exception cref="ImportUsageException">The file is empty, of a format that is not read, or has no header.</exception>
    public static async Task<(RowReader Rows, string Format, TextSource? Text)> OpenRowsAsync(
        string path, ImportOptions options, EventMapping? told, CancellationToken cancellationToken)
    {
        var content = await FileContent.OpenAsync(path, cancellationToken);
        try
        {
            if (content.Start.IsEmpty)
            {
                throw new ImportUsageException($"{Path.GetFileName(path)} is empty: a header line with column names was expected.");
            }

            var format = FileFormat.Of(options.Format, path, told?.Format, content.Start.Span);
            if (format == FileFormat.Parquet)
            {
                var parquet = await ParquetRowReader.OpenAsync(path, cancellationToken);
                await content.DisposeAsync();
                return (parquet, format, null);
            }

            var text = new TextSource(content, Encoding(options, told, content));
            return (await OpenTextAsync(text, format, options, told, cancellationToken), format, text);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    /// <summary>The columns that a file has, for a message.</summary>
    public static string Found(RowReader rows)
    {
        const int shown = 40;
        var names = string.Join(", ", rows.Columns.Take(shown).Select(column => column.Length <= 60 ? column : $"{column[..60]}…"));
        return rows.Columns.Count > shown ? $"Found: {names} and {rows.Columns.Count - shown} more." : $"Found: {names}.";
    }

    private static TextEncoding Encoding(ImportOptions options, EventMapping? told, FileContent content) =>
        (options.Encoding ?? told?.Encoding) is { } name ? TextEncoding.Named(name) : TextEncoding.Of(content.Start.Span);

    private static async Task<RowReader> OpenTextAsync(
        TextSource text, string format, ImportOptions options, EventMapping? told, CancellationToken cancellationToken)
    {
        var header = told?.Header ?? [];
        return format switch
        {
            FileFormat.JsonLines => await JsonLinesRowReader.OpenAsync(text, cancellationToken),
            FileFormat.Whitespace => await WhitespaceRowReader.OpenAsync(text, header, cancellationToken),
            _ => await DelimitedRowReader.OpenAsync(
                text, FileFormat.Delimiter(options.Delimiter ?? told?.Delimiter) ?? (format == FileFormat.Tsv ? '\t' : null), header, cancellationToken),
        };
    }

    private static EventMapping Fit(string path, EventMapping? told, RowReader rows)
    {
        var name = Path.GetFileName(path);
        if (rows.Columns.Count == 0 && rows is JsonLinesRowReader)
        {
            // No line of the start is an object: each will be rejected for itself.
            return told ?? MappingReader.Layout(MappingReader.EventsLayout);
        }

        if (told is not null)
        {
            return ColumnBinding.FindMissing(told, rows.Columns) is { Count: > 0 } missing
                ? throw new ImportUsageException($"{name} lacks columns that {told.Name} needs: {string.Join(", ", missing)}. {Found(rows)}")
                : told;
        }

        return MappingReader.LayoutNames
            .Select(MappingReader.Layout)
            .FirstOrDefault(layout => ColumnBinding.FindMissing(layout, rows.Columns).Count == 0)
            ?? throw new ImportUsageException(
                $"{name} has the columns of no layout ({string.Join(", ", MappingReader.LayoutNames)}): name one, or say in a mapping file which column is what. {Found(rows)}");
    }
}
