namespace OrleansSeg.Data.Import.Rows;

/// <summary>What became of an attempt to read one row from the buffer.</summary>
internal enum RowStep
{
    /// <summary>A row, or a fault in its place.</summary>
    Row,

    /// <summary>A blank line, which is no row.</summary>
    Blank,

    /// <summary>The row goes on behind the buffer.</summary>
    NeedMore,
}

/// <summary>Rows of a text file, through a buffer that holds at least the row at hand and is bounded.</summary>
/// <remarks>A row that outgrows the buffer is rejected; reading goes on at the next line.</remarks>
internal abstract class TextRowReader(TextSource source) : RowReader
{
    /// <summary>Longest row that is buffered, in UTF-16 units.</summary>
    public const int RowLengthMax = 1 << 20;

    private char[] _buffer = new char[1 << 16];
    private int _start;
    private int _end;
    private int _row;
    private long _line = 1;
    private bool _ended;
    private bool _skipping;
    private bool _replay;
    private RowFault? _cut;

    /// <inheritdoc />
    public override double Progress => source.Progress;

    /// <inheritdoc />
    public sealed override ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (_replay)
        {
            _replay = false;
            return new ValueTask<bool>(true);
        }

        return Advance() is { } found ? new ValueTask<bool>(found) : FillAndReadAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads one row, or the fault in its place, from the start of <paramref name="text"/>.</summary>
    /// <param name="text">What is buffered; it may be changed within a row once the row is complete.</param>
    /// <param name="ended">Whether nothing follows the buffer: then the answer is never <see cref="RowStep.NeedMore"/>.</param>
    /// <param name="length">Units taken.</param>
    /// <param name="lines">Line ends among them, at least 1.</param>
    protected abstract RowStep Parse(Span<char> text, bool ended, out int length, out int lines);

    /// <summary>A part of the row at hand.</summary>
    protected ReadOnlySpan<char> Part(int start, int length) => _buffer.AsSpan(_row + start, length);

    /// <summary>Fills the buffer, so that <see cref="Peek"/> sees the start of the file: its first line at least, unless that is too long.</summary>
    protected async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        do
        {
            await FillAsync(cancellationToken);
        }
        while (!_ended && _end < RowLengthMax && Peek().IndexOfAny('\n', '\r') < 0);
    }

    /// <summary>Gives the row at hand once more at the next <see cref="ReadAsync"/>.</summary>
    protected void Replay() => _replay = true;

    /// <summary>What is buffered and not yet read.</summary>
    protected ReadOnlySpan<char> Peek() => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Length of the first line with its end, or of everything when no line ends.</summary>
    protected static int FirstLine(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny('\n', '\r');
        if (end < 0)
        {
            return text.Length;
        }

        return text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
    }

    private async ValueTask<bool> FillAndReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await FillAsync(cancellationToken);
            if (Advance() is { } found)
            {
                return found;
            }
        }
    }

    private RowFault BadEncoding() => RowFault.OfRow(RejectionReasons.BadEncoding, $"holds bytes that are no {source.EncodingName} text");

    private bool? Advance()
    {
        Fault = null;
        while (true)
        {
            if (_skipping && !SkipLine())
            {
                return null;
            }

            if (_start == _end)
            {
                return _ended ? Finish() : null;
            }

            _row = _start;
            var step = Parse(_buffer.AsSpan(_start, _end - _start), _ended, out var length, out var lines);
            if (step == RowStep.NeedMore)
            {
                if (_start > 0 || _end < RowLengthMax)
                {
                    return null;
                }

                return RejectTooLong();
            }

            RowNumber = _line;
            _start += length;
            _line += lines;
            if (step == RowStep.Row)
            {
                Fault ??= source.MarksBadBytes && _buffer.AsSpan(_row, length).Contains(TextSource.BadBytes) ? BadEncoding() : null;
                return true;
            }
        }
    }

    private bool Finish()
    {
        Fault = _cut;
        _cut = null;
        RowNumber = _line;
        return Fault is not null;
    }

    private bool RejectTooLong()
    {
        RowNumber = _line;
        var first = FirstLine(Peek());
        if (first < _end - _start)
        {
            // Only an open quote can reach over a line's end: give up the line that opened it and read on behind it.
            Fault = RowFault.OfRow(RejectionReasons.UnbalancedQuote, "a quote opens here and does not close");
            _start += first;
            _line++;
            return true;
        }

        Fault = RowFault.OfRow(RejectionReasons.RowTooLong, $"is longer than {RowLengthMax} characters");
        _start = _end;
        _skipping = true;
        return true;
    }

    /// <summary>Passes over the rest of a line that was too long; false when its end is not buffered yet.</summary>
    private bool SkipLine()
    {
        var end = Peek().IndexOf('\n');
        _start = end < 0 ? _end : _start + end + 1;
        if (end < 0 && !_ended)
        {
            return false;
        }

        _line++;
        _skipping = false;
        return true;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        else if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Min(RowLengthMax, _buffer.Length * 2));
        }

        try
        {
            var read = await source.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _ended = read == 0;
            _end += read;
        }
        catch (InvalidDataException cut)
        {
            // The compressed data breaks off: whole lines before the break are good, the rest of the last one is not a row.
            _end = _start + Peek().LastIndexOf('\n') + 1;
            _cut = RowFault.OfRow(RejectionReasons.TruncatedFile, $"the compressed data ends too early: {cut.Message}");
            _ended = true;
        }
    }
}
