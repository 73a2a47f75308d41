using System.Globalization;
using System.Text;
using Parquet.Data;
using Parquet.Schema;

namespace OrleansSeg.Data.Import.Rows;

/// <summary>One column of one row group, read from its first row to its last, as text.</summary>
internal abstract class ParquetColumn : IDisposable
{
    /// <summary>The value of the row at hand, empty when missing.</summary>
    public abstract ReadOnlySpan<char> Value { get; }

    /// <summary>Goes to the next row.</summary>
    public abstract void Next();

    /// <inheritdoc />
    public abstract void Dispose();

    /// <summary>The column over what was read; null when its type is nothing that an event has.</summary>
    /// <exception cref="InvalidDataException">The data holds another number of rows than the row group.</exception>
    public static ParquetColumn? Of(RawColumnData data, DataField field, long rows) => data switch
    {
        RawColumnData<ReadOnlyMemory<char>> text => new Typed<ReadOnlyMemory<char>>(text, field, rows),
        RawColumnData<ReadOnlyMemory<byte>> bytes => new Typed<ReadOnlyMemory<byte>>(bytes, field, rows),
        RawColumnData<bool> flags => new Typed<bool>(flags, field, rows),
        RawColumnData<sbyte> numbers => new Typed<sbyte>(numbers, field, rows),
        RawColumnData<byte> numbers => new Typed<byte>(numbers, field, rows),
        RawColumnData<short> numbers => new Typed<short>(numbers, field, rows),
        RawColumnData<ushort> numbers => new Typed<ushort>(numbers, field, rows),
        RawColumnData<int> numbers => new Typed<int>(numbers, field, rows),
        RawColumnData<uint> numbers => new Typed<uint>(numbers, field, rows),
        RawColumnData<long> numbers => new Typed<long>(numbers, field, rows),
        RawColumnData<ulong> numbers => new Typed<ulong>(numbers, field, rows),
        RawColumnData<float> numbers => new Typed<float>(numbers, field, rows),
        RawColumnData<double> numbers => new Typed<double>(numbers, field, rows),
        RawColumnData<decimal> numbers => new Typed<decimal>(numbers, field, rows),
        RawColumnData<DateTime> times => new Typed<DateTime>(times, field, rows),
        RawColumnData<DateOnly> dates => new Typed<DateOnly>(dates, field, rows),
        RawColumnData<Guid> ids => new Typed<Guid>(ids, field, rows),
        _ => null,
    };

    private sealed class Typed<T> : ParquetColumn
        where T : struct
    {
        private readonly RawColumnData<T> _data;
        private readonly int _levelOfValues;
        private readonly bool _utc;
        private char[] _text = new char[64];
        private int _row = -1;
        private int _next;
        private bool _present;

        public Typed(RawColumnData<T> data, DataField field, long rows)
        {
            _data = data;
            _levelOfValues = field.MaxDefinitionLevel;
            _utc = field is DateTimeDataField { IsAdjustedToUTC: true };
            var length = _levelOfValues == 0 ? data.Values.Length : data.DefinitionLevels.Length;
            if (length != rows)
            {
                throw new InvalidDataException($"column {field.Name} holds {length} rows, its row group {rows}");
            }
        }

        public override ReadOnlySpan<char> Value
        {
            get
            {
                if (!_present)
                {
                    return default;
                }

                var value = _data.Values[_next - 1];
                return value switch
                {
                    ReadOnlyMemory<char> text => text.Span,
                    ReadOnlyMemory<byte> bytes => Decode(bytes.Span),
                    bool flag => flag ? "true" : "false",
                    DateTime time => Format(time, _utc || time.Kind == DateTimeKind.Utc ? "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fffffff"),
                    DateOnly date => Format(date, "yyyy-MM-dd"),
                    ISpanFormattable number => Format(number, default),
                    _ => default,
                };
            }
        }

        public override void Next()
        {
            _row++;
            _present = _levelOfValues == 0 || _data.DefinitionLevels[_row] == _levelOfValues;
            _next += _present ? 1 : 0;
        }

        public override void Dispose() => _data.Dispose();

        private Span<char> Format(ISpanFormattable value, ReadOnlySpan<char> format) =>
            value.TryFormat(_text, out var length, format, CultureInfo.InvariantCulture) ? _text.AsSpan(0, length) : default;

        private Span<char> Decode(ReadOnlySpan<byte> bytes)
        {
            if (_text.Length < bytes.Length)
            {
                _text = new char[bytes.Length];
            }

            return _text.AsSpan(0, Encoding.UTF8.GetChars(bytes, _text));
        }
    }
}
