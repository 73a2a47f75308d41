namespace OrleansSeg.Data.Import.Rows;

/// <summary>Reads the column names of a text file.</summary>
internal static class HeaderLine
{
    private const int ColumnsMax = 4096;

    /// <summary>The names: from the first line, or as given for a file without a header, whose first line is then read again as a row.</summary>
    /// <param name="rows">The rows, before the first.</param>
    /// <param name="values">The values of the row at hand.</param>
    /// <param name="given">Names for a file without a header; empty when it has one. A first line that repeats the first name is a header all the same.</param>
    /// <param name="replay">Gives the row at hand once more.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ImportUsageException">There is no readable header.</exception>
    public static async Task<string[]> ReadAsync(
        RowReader rows, Func<IEnumerable<string>> values, IReadOnlyList<string> given, Action replay, CancellationToken cancellationToken)
    {
        if (!await rows.ReadAsync(cancellationToken))
        {
            throw new ImportUsageException("The file is empty: a header line with column names was expected.");
        }

        if (rows.Fault is { } fault && given.Count == 0)
        {
            throw new ImportUsageException($"The header line cannot be read: it {fault.Reason}.");
        }

        string[] found = rows.Fault is null ? [.. values()] : [];
        if (given.Count > 0 && !found.Contains(given[0], StringComparer.OrdinalIgnoreCase))
        {
            replay();
            return [.. given];
        }

        return found.Length <= ColumnsMax
            ? found
            : throw new ImportUsageException($"The header line names {found.Length} columns: at most {ColumnsMax} are read.");
    }
}
