using OrleansSeg.Data.Import.Rows;

namespace OrleansSeg.Data.Cleaning;

/// <summary>Finds rows that repeat an earlier row in every column, those included that no field is read from.</summary>
internal sealed class DuplicateRows(RowReader rows) : IDisposable
{
    private readonly ContentHasher _hasher = new();
    private readonly HashCountTable _seen = new();

    /// <summary>Whether the row at hand has been here before; it has been from now on.</summary>
    public bool IsRepeat()
    {
        _hasher.Reset();
        for (var column = 0; column < rows.Columns.Count; column++)
        {
            // Empty values say nothing, so a free-form row need not know the columns that show up later.
            if (rows[column] is { IsEmpty: false } value)
            {
                _hasher.Add(column);
                _hasher.Add(value);
            }
        }

        return !_seen.TryAdd(_hasher.Hash());
    }

    /// <inheritdoc />
    public void Dispose() => _seen.Dispose();
}
