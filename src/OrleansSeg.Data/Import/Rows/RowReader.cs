namespace OrleansSeg.Data.Import.Rows;

/// <summary>Rows of a file, one at a time, as text by column.</summary>
/// <remarks>A row lives until the next <see cref="ReadAsync"/>. Memory is bounded whatever the file holds.</remarks>
internal abstract class RowReader : IAsyncDisposable
{
    /// <summary>Names of the columns, in order. A reader of free-form rows may add to it as it goes.</summary>
    public abstract IReadOnlyList<string> Columns { get; }

    /// <summary>Where the row begins: line in a text file, position in Parquet, from 1.</summary>
    public long RowNumber { get; protected set; }

    /// <summary>How many rows this one stands for: more than one only when a block of rows is unreadable.</summary>
    public long RowSpan { get; protected set; } = 1;

    /// <summary>Why the row cannot be read; null when it can.</summary>
    public RowFault? Fault { get; protected set; }

    /// <summary>Whether times may come typed, and so as ISO 8601 whatever the mapping's format is.</summary>
    public virtual bool HasTypedTimes => false;

    /// <summary>Share of the file behind us, 0 to 1.</summary>
    public abstract double Progress { get; }

    /// <summary>The value of a column, empty when missing.</summary>
    public abstract ReadOnlySpan<char> this[int column] { get; }

    /// <summary>Says which columns are looked at, before the first row: a reader that can leave the others out does.</summary>
    public virtual void Select(Func<string, bool> needed)
    {
    }

    /// <summary>Goes to the next row; false at the end.</summary>
    public abstract ValueTask<bool> ReadAsync(CancellationToken cancellationToken);

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();
}

/// <summary>Why a row was rejected.</summary>
/// <param name="Code">One of <see cref="RejectionReasons"/>.</param>
/// <param name="Field">The field at fault, or <c>row</c>.</param>
/// <param name="Reason">What was expected and what was found.</param>
internal sealed record RowFault(string Code, string Field, string Reason)
{
    public static RowFault OfRow(string code, string reason) => new(code, "row", reason);
}
