using System.Collections.Immutable;
using System.Globalization;
using OrleansSeg.Data.Import;
using OrleansSeg.Data.Import.Mapping;
using OrleansSeg.Data.Import.Rows;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Cleaning;

/// <summary>The fields of the row at hand, by a mapping.</summary>
internal sealed class RowFields
{
    private static readonly EventField[] All = Enum.GetValues<EventField>();

    private readonly RowReader _rows;
    private readonly ImmutableArray<string> _missing;
    private readonly NumberFormatInfo _numbers;
    private readonly FieldSource?[] _sources = new FieldSource?[All.Length];
    private readonly int[] _columns = new int[All.Length];
    private readonly StringPool _pool = new();
    private int _boundColumns = -1;

    public RowFields(EventMapping mapping, RowReader rows)
    {
        (_rows, _missing) = (rows, mapping.Missing);
        _numbers = new NumberFormatInfo { NumberDecimalSeparator = mapping.DecimalSeparator, NumberGroupSeparator = "" };
        foreach (var field in All)
        {
            _sources[(int)field] = mapping.Source(field);
        }

        Begin();
    }

    /// <summary>One bit for each mapped field that the row leaves empty.</summary>
    public uint MissingMask { get; private set; }

    /// <summary>The value of a field, empty when missing.</summary>
    public ReadOnlySpan<char> this[EventField field]
    {
        get
        {
            var column = _columns[(int)field];
            if (column < 0)
            {
                return _sources[(int)field]?.Constant;
            }

            var value = Clean(_rows[column]);
            MissingMask |= value.IsEmpty ? 1u << (int)field : 0;
            return value;
        }
    }

    /// <summary>Turns to the next row.</summary>
    public void Begin()
    {
        MissingMask = 0;
        if (_boundColumns != _rows.Columns.Count)
        {
            // Free-form rows may show a column late.
            _boundColumns = _rows.Columns.Count;
            foreach (var field in All)
            {
                _columns[(int)field] = ColumnBinding.Find(_sources[(int)field], _rows.Columns);
            }
        }
    }

    /// <summary>The value of a field as a string, or null.</summary>
    public string? Text(EventField field)
    {
        var value = this[field];
        return value.IsEmpty ? null : _pool.Get(value);
    }

    /// <summary>A string of these characters, shared with earlier rows where it can be.</summary>
    public string Pooled(ReadOnlySpan<char> text) => _pool.Get(text);

    /// <summary>A value without white space around it; empty when it stands for a missing one.</summary>
    public ReadOnlySpan<char> Clean(ReadOnlySpan<char> value)
    {
        value = value.Trim();
        foreach (var mark in _missing)
        {
            if (value.SequenceEqual(mark))
            {
                return default;
            }
        }

        return value;
    }

    /// <summary>Reads a number; null when the field is missing, and a fault when it is no number.</summary>
    public RowFault? ReadNumber(EventField field, out decimal? number)
    {
        number = null;
        var text = this[field];
        if (text.IsEmpty)
        {
            return null;
        }

        if (decimal.TryParse(text, NumberStyles.Float, _numbers, out var value) && Math.Abs(value) <= EventLimits.AmountMax)
        {
            number = ContentHasher.Plain(value);
            return null;
        }

        return double.TryParse(text, NumberStyles.Float, _numbers, out var large) && double.IsFinite(large)
            ? Fault(RejectionReasons.NumberOutOfRange, field, $"is more than {EventLimits.AmountMax:0}")
            : Fault(RejectionReasons.BadNumber, field, "is not a finite number");
    }

    /// <summary>A fault of a field: names its column and shows its value.</summary>
    public RowFault Fault(string code, EventField field, string problem)
    {
        var value = this[field];
        var shown = value.Length <= 60 ? value.ToString() : $"{value[..60]}…";
        var column = _columns[(int)field];
        var where = column < 0 || _rows.Columns[column] == field.ReportName() ? "" : $"column {_rows.Columns[column]}: ";
        return new RowFault(code, field.ReportName(), $"{where}'{shown}' {problem}");
    }
}
