using Parquet;
using Parquet.Schema;

namespace OrleansSeg.Data.Import.Rows;

/// <summary>Rows of a Parquet file, one row group at a time; fields inside a struct are columns <c>outer.inner</c>, lists and maps are none.</summary>
/// <remarks>
/// Memory is bounded by the needed columns of the largest row group. A row group that cannot be decoded is rejected whole, and reading
/// goes on at the next.
/// </remarks>
internal sealed class ParquetRowReader : RowReader
{
    /// <summary>Most rows of one row group that are read.</summary>
    public const int GroupRowsMax = 1 << 24;

    private readonly ParquetReader _file;
    private readonly DataField[] _fields;
    private readonly string[] _columns;
    private readonly bool[] _needed;
    private readonly long _rowsTotal;
    private ParquetColumn?[] _group = [];
    private int _nextGroup;
    private long _rowsLeft;
    private long _rowsDone;

    private ParquetRowReader(ParquetReader file)
    {
        _file = file;
        _fields = [.. file.Schema.GetDataFields().Where(field => field.MaxRepetitionLevel == 0)];
        _columns = [.. _fields.Select(field => string.Join('.', field.Path.ToList()))];
        _needed = [.. _columns.Select(_ => true)];
        _rowsTotal = file.RowGroups.Sum(group => group.RowCount);
    }

    /// <inheritdoc />
    public override IReadOnlyList<string> Columns => _columns;

    /// <inheritdoc />
    public override bool HasTypedTimes => true;

    /// <inheritdoc />
    public override double Progress => _rowsTotal == 0 ? 1 : (double)_rowsDone / _rowsTotal;

    /// <inheritdoc />
    public override ReadOnlySpan<char> this[int column] => _group[column] is { } values ? values.Value : default;

    /// <summary>Opens a file.</summary>
    /// <exception cref="ImportUsageException">The file is cut, damaged or no Parquet at all.</exception>
    public static async Task<ParquetRowReader> OpenAsync(string path, CancellationToken cancellationToken)
    {
        ParquetReader? file = null;
        try
        {
            file = await ParquetReader.CreateAsync(path, cancellationToken: cancellationToken);
            var rows = new ParquetRowReader(file);
            return file.RowGroups.All(group => group.RowCount is >= 0 and <= GroupRowsMax)
                ? rows
                : throw new ImportUsageException($"{Path.GetFileName(path)} has a row group of more than {GroupRowsMax} rows: write it with smaller ones.");
        }
        catch (Exception problem) when (problem is not (OperationCanceledException or UnauthorizedAccessException))
        {
            if (file is not null)
            {
                await file.DisposeAsync();
            }

            // The decoder meets damage with whatever exception its place brings.
            throw problem as ImportUsageException ?? new ImportUsageException(
                $"{Path.GetFileName(path)} is not a whole Parquet file, which begins and ends with PAR1: {problem.Message}", problem);
        }
    }

    /// <inheritdoc />
    public override void Select(Func<string, bool> needed)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            _needed[i] = needed(_columns[i]);
        }
    }

    /// <inheritdoc />
    public override async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        Fault = null;
        RowSpan = 1;
        while (_rowsLeft == 0)
        {
            if (_nextGroup == _file.RowGroupCount)
            {
                return false;
            }

            await OpenGroupAsync(cancellationToken);
            if (Fault is not null)
            {
                RowNumber = _rowsDone + 1;
                _rowsDone += RowSpan;
                return true;
            }
        }

        foreach (var column in _group)
        {
            column?.Next();
        }

        _rowsLeft--;
        RowNumber = ++_rowsDone;
        return true;
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        CloseGroup();
        await _file.DisposeAsync();
    }

    private async Task OpenGroupAsync(CancellationToken cancellationToken)
    {
        CloseGroup();
        using var group = _file.OpenRowGroupReader(_nextGroup++);
        _group = new ParquetColumn?[_fields.Length];
        try
        {
            for (var i = 0; i < _fields.Length && group.RowCount > 0; i++)
            {
                if (_needed[i])
                {
                    _group[i] = ParquetColumn.Of(await group.ReadRawColumnDataBaseAsync(_fields[i], cancellationToken), _fields[i], group.RowCount);
                }
            }

            _rowsLeft = group.RowCount;
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // The decoder meets damage with whatever exception its place brings.
            CloseGroup();
            RowSpan = group.RowCount;
            Fault = RowFault.OfRow(RejectionReasons.Unreadable, $"row group of {group.RowCount} rows cannot be decoded: {problem.Message}");
        }
    }

    private void CloseGroup()
    {
        foreach (var column in _group)
        {
            column?.Dispose();
        }

        _group = [];
    }
}
