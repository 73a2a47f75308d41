namespace OrleansSeg.Data.Import.Rows;

/// <summary>Rows of a file whose columns stand between runs of blanks, with or without a header line. Values hold no blanks.</summary>
internal sealed class WhitespaceRowReader : TextRowReader
{
    private readonly List<(int Start, int Length)> _fields = [];
    private string[]? _columns;

    private WhitespaceRowReader(TextSource source)
        : base(source)
    {
    }

    /// <inheritdoc />
    public override IReadOnlyList<string> Columns => _columns ?? [];

    /// <inheritdoc />
    public override ReadOnlySpan<char> this[int column] => Part(_fields[column].Start, _fields[column].Length);

    /// <summary>Opens the rows and reads the header.</summary>
    /// <param name="source">The text; the reader closes it.</param>
    /// <param name="header">Names of the columns of a file without a header; empty when it has one.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ImportUsageException">There is no header.</exception>
    public static async Task<WhitespaceRowReader> OpenAsync(TextSource source, IReadOnlyList<string> header, CancellationToken cancellationToken)
    {
        var reader = new WhitespaceRowReader(source);
        reader._columns = await HeaderLine.ReadAsync(
            reader, () => reader._fields.Select((_, i) => reader[i].ToString()), header, reader.Replay, cancellationToken);
        reader.CheckCount();
        return reader;
    }

    /// <inheritdoc />
    protected override RowStep Parse(Span<char> text, bool ended, out int length, out int lines)
    {
        (length, lines) = (0, 1);
        var end = text.IndexOfAny('\n', '\r');
        if (!ended && (end < 0 || (text[end] == '\r' && end + 1 == text.Length)))
        {
            return RowStep.NeedMore;
        }

        length = FirstLine(text);
        Split(text[..(end < 0 ? text.Length : end)]);
        if (_fields.Count == 0)
        {
            return RowStep.Blank;
        }

        CheckCount();
        return RowStep.Row;
    }

    private void CheckCount()
    {
        if (_columns is { } columns && _fields.Count != columns.Length)
        {
            Fault = RowFault.OfRow(RejectionReasons.ColumnCount, $"has {_fields.Count} columns, the header has {columns.Length}");
        }
    }

    private void Split(ReadOnlySpan<char> line)
    {
        _fields.Clear();
        for (var at = 0; at < line.Length;)
        {
            if (line[at] is ' ' or '\t')
            {
                at++;
                continue;
            }

            var end = line[at..].IndexOfAny(' ', '\t');
            end = end < 0 ? line.Length - at : end;
            _fields.Add((at, end));
            at += end;
        }
    }
}
