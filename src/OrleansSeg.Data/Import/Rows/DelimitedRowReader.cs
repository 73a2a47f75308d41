namespace OrleansSeg.Data.Import.Rows;

/// <summary>Rows of a file whose columns stand between separators, with a header line; fields may be quoted as in RFC 4180.</summary>
/// <remarks>
/// A quote that does not close where a field can end costs the line it opens on, never the lines behind it. A quote inside a field
/// that does not begin with one is an ordinary character.
/// </remarks>
internal sealed class DelimitedRowReader : TextRowReader
{
    private readonly List<Field> _fields = [];
    private char _delimiter;
    private string[]? _columns;

    private DelimitedRowReader(TextSource source)
        : base(source)
    {
    }

    /// <inheritdoc />
    public override IReadOnlyList<string> Columns => _columns ?? [];

    /// <inheritdoc />
    public override ReadOnlySpan<char> this[int column] => Part(_fields[column].Start, _fields[column].Length);

    /// <summary>Opens the rows and reads the header.</summary>
    /// <param name="source">The text; the reader closes it.</param>
    /// <param name="delimiter">The separator; null to find it in the header.</param>
    /// <param name="header">Names of the columns of a file without a header; empty when it has one.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ImportUsageException">There is no header.</exception>
    public static async Task<DelimitedRowReader> OpenAsync(
        TextSource source, char? delimiter, IReadOnlyList<string> header, CancellationToken cancellationToken)
    {
        var reader = new DelimitedRowReader(source);
        await reader.StartAsync(cancellationToken);
        reader._delimiter = delimiter ?? FindDelimiter(reader.Peek());
        reader._columns = await HeaderLine.ReadAsync(reader, () => reader._fields.Select((_, i) => reader[i].Trim().ToString()), header, reader.Replay, cancellationToken);
        reader.CheckCount();
        return reader;
    }

    /// <inheritdoc />
    protected override RowStep Parse(Span<char> text, bool ended, out int length, out int lines)
    {
        _fields.Clear();
        lines = 1;
        var quoted = false;
        var at = 0;
        while (true)
        {
            if (at < text.Length && text[at] == '"')
            {
                quoted = true;
                if (!TryReadQuoted(text, ended, ref at))
                {
                    return ended ? GiveUpLine(text, out length) : NeedMore(out length);
                }
            }
            else
            {
                var end = text[at..].IndexOfAny(_delimiter, '\n', '\r');
                if (end < 0 && !ended)
                {
                    return NeedMore(out length);
                }

                end = end < 0 ? text.Length - at : end;
                _fields.Add(new Field(at, end, false));
                at += end;
            }

            if (at == text.Length || text[at] != _delimiter)
            {
                break;
            }

            at++;
        }

        if (at < text.Length && text[at] is not ('\n' or '\r'))
        {
            return GiveUpLine(text, out length);
        }

        if (at < text.Length && text[at] == '\r' && at + 1 == text.Length && !ended)
        {
            return NeedMore(out length);
        }

        length = at + FirstLine(text[at..]);
        lines = quoted ? Math.Max(1, text[..length].Count('\n')) : 1;
        return Complete(text, ref length, ref lines);
    }

    private static RowStep NeedMore(out int length)
    {
        length = 0;
        return RowStep.NeedMore;
    }

    private RowStep Complete(Span<char> text, ref int length, ref int lines)
    {
        if (_fields is [{ Length: 0, Start: 0 }])
        {
            return RowStep.Blank;
        }

        CheckCount();
        if (Fault is not null)
        {
            if (lines > 1)
            {
                // A row over several lines that does not fit is more likely a quote too many: give up its first line alone.
                lines = 1;
                return GiveUpLine(text, out length);
            }

            return RowStep.Row;
        }

        for (var i = 0; i < _fields.Count; i++)
        {
            if (_fields[i].Escaped)
            {
                var field = _fields[i];
                _fields[i] = field with { Length = Unescape(text.Slice(field.Start, field.Length)) };
            }
        }

        return RowStep.Row;
    }

    private void CheckCount()
    {
        if (_columns is { } columns && _fields.Count != columns.Length)
        {
            Fault = RowFault.OfRow(RejectionReasons.ColumnCount, $"has {_fields.Count} columns, the header has {columns.Length}");
        }
    }

    private RowStep GiveUpLine(Span<char> text, out int length)
    {
        length = FirstLine(text);
        Fault = RowFault.OfRow(RejectionReasons.UnbalancedQuote, "a quote opens here and does not close where a field can end");
        return RowStep.Row;
    }

    /// <summary>Reads a quoted field; when it does not close, <paramref name="at"/> is the end of the text.</summary>
    private bool TryReadQuoted(ReadOnlySpan<char> text, bool ended, ref int at)
    {
        var start = at + 1;
        var scan = start;
        var escaped = false;
        while (true)
        {
            var quote = text[scan..].IndexOf('"');
            if (quote < 0 || (scan + quote + 1 == text.Length && !ended))
            {
                at = text.Length;
                return false;
            }

            scan += quote + 1;
            if (scan == text.Length || text[scan] != '"')
            {
                break;
            }

            escaped = true;
            scan++;
        }

        _fields.Add(new Field(start, scan - 1 - start, escaped));
        at = scan;
        return true;
    }

    private static int Unescape(Span<char> field)
    {
        var to = 0;
        for (var from = 0; from < field.Length; from++)
        {
            field[to++] = field[from];
            if (field[from] == '"')
            {
                from++;
            }
        }

        return to;
    }

    private static char FindDelimiter(ReadOnlySpan<char> text)
    {
        var header = text[..FirstLine(text)];
        var (best, most) = (',', 0);
        foreach (var candidate in ",;\t|")
        {
            var count = header.Count(candidate);
            (best, most) = count > most ? (candidate, count) : (best, most);
        }

        return best;
    }

    private readonly record struct Field(int Start, int Length, bool Escaped);
}
