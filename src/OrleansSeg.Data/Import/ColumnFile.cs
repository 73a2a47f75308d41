using System.Runtime.CompilerServices;
using OrleansSeg.Data.Import.Rows;

namespace OrleansSeg.Data.Import;

/// <summary>Chosen columns of a file of any kind that is imported, as text: for what is learned from a shop's files beside its events.</summary>
public static class ColumnFile
{
    /// <summary>Reads the values of columns, row by row.</summary>
    /// <param name="path">CSV, TSV, JSON Lines or Parquet, and gzip of a text format.</param>
    /// <param name="columns">The columns, by name whatever the case.</param>
    /// <param name="rejected">Told of each row that cannot be read: its place from 1, and why.</param>
    /// <param name="cancellationToken">Stops between two rows.</param>
    /// <returns>Values in the order of <paramref name="columns"/>, empty where there is none.</returns>
    /// <exception cref="ImportUsageException">The file is empty, of a format that is not read, or lacks a column.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async IAsyncEnumerable<string[]> ReadAsync(
        string path, IReadOnlyList<string> columns, Action<long, string> rejected, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rejected);
        var (rows, _, _) = await OpenedFile.OpenRowsAsync(path, new ImportOptions(), null, cancellationToken);
        await using var closing = rows;
        if (columns.FirstOrDefault(column => PlaceOf(rows, column) < 0) is { } missing)
        {
            throw new ImportUsageException($"{Path.GetFileName(path)} lacks the column '{missing}'. {OpenedFile.Found(rows)}");
        }

        rows.Select(name => columns.Contains(name, StringComparer.OrdinalIgnoreCase));
        while (await rows.ReadAsync(cancellationToken))
        {
            if (rows.Fault is { } fault)
            {
                rejected(rows.RowNumber, fault.Reason);
                continue;
            }

            yield return [.. columns.Select(column => rows[PlaceOf(rows, column)].ToString())];
        }
    }

    // Rows of free form may lack columns that earlier ones had, and their values are empty then.
    private static int PlaceOf(RowReader rows, string column)
    {
        for (var place = 0; place < rows.Columns.Count; place++)
        {
            if (rows.Columns[place].Trim().Equals(column, StringComparison.OrdinalIgnoreCase))
            {
                return place;
            }
        }

        return -1;
    }
}
