using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace OrleansSeg.Data.Import.Rows;

/// <summary>Rows of a JSON Lines file: one object a line, its properties are the columns, those of an object inside as <c>outer.inner</c>.</summary>
/// <remarks>Null, an absent property, an array and anything two objects deep are a missing value. Columns are added as lines bring them.</remarks>
internal sealed class JsonLinesRowReader : TextRowReader
{
    private const int ColumnsMax = 1024;
    private const int NameLengthMax = 256;
    private const int SampleLines = 100;

    private readonly List<string> _columns = [];
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);
    private readonly List<(int Start, int Length)> _values = [];
    private readonly char[] _name = new char[NameLengthMax];
    private char[] _text = new char[1 << 12];
    private byte[] _line = new byte[1 << 12];
    private int _textLength;

    private JsonLinesRowReader(TextSource source)
        : base(source)
    {
    }

    /// <inheritdoc />
    public override IReadOnlyList<string> Columns => _columns;

    /// <inheritdoc />
    public override ReadOnlySpan<char> this[int column] => _text.AsSpan(_values[column].Start, _values[column].Length);

    /// <summary>Opens the rows; the columns of the first lines are known from then on.</summary>
    /// <param name="source">The text; the reader closes it.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ImportUsageException">The file is empty or one JSON array.</exception>
    public static async Task<JsonLinesRowReader> OpenAsync(TextSource source, CancellationToken cancellationToken)
    {
        var reader = new JsonLinesRowReader(source);
        await reader.StartAsync(cancellationToken);
        var start = reader.Peek().TrimStart();
        if (start.IsEmpty)
        {
            throw new ImportUsageException("The file is empty: one JSON object a line was expected.");
        }

        if (start[0] == '[')
        {
            throw new ImportUsageException("The file begins with '[', a JSON array: one JSON object a line was expected.");
        }

        reader.Sample();
        return reader;
    }

    /// <inheritdoc />
    protected override RowStep Parse(Span<char> text, bool ended, out int length, out int lines)
    {
        (length, lines) = (0, 1);
        var end = text.IndexOf('\n');
        if (end < 0 && !ended)
        {
            return RowStep.NeedMore;
        }

        length = end < 0 ? text.Length : end + 1;
        var line = text[..length].Trim();
        if (line.IsEmpty)
        {
            return RowStep.Blank;
        }

        Fault = Flatten(line) is { } problem ? RowFault.OfRow(RejectionReasons.BadJson, problem) : null;
        return RowStep.Row;
    }

    private void Sample()
    {
        var rest = Peek();
        for (var i = 0; i < SampleLines && !rest.IsEmpty; i++)
        {
            var end = rest.IndexOf('\n');
            Flatten(rest[..(end < 0 ? rest.Length : end)].Trim());
            rest = end < 0 ? [] : rest[(end + 1)..];
        }
    }

    /// <summary>Reads one object; returns what is wrong with the line, or null.</summary>
    private string? Flatten(ReadOnlySpan<char> line)
    {
        CollectionsMarshal.AsSpan(_values).Clear();
        _textLength = 0;
        var size = Encoding.UTF8.GetMaxByteCount(line.Length);
        if (_line.Length < size)
        {
            _line = new byte[size];
        }

        try
        {
            var json = new Utf8JsonReader(_line.AsSpan(0, Encoding.UTF8.GetBytes(line, _line)));
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return "is not a JSON object";
            }

            ReadObject(ref json, 0);
            return json.Read() ? "holds more than one JSON value" : null;
        }
        catch (JsonException problem)
        {
            return $"is not a JSON object: {problem.Message}";
        }
        catch (InvalidOperationException)
        {
            return "holds an escape that is no Unicode character";
        }
    }

    private void ReadObject(ref Utf8JsonReader json, int prefix)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            // A name this long is nobody's column; its value is passed over.
            var fits = json.ValueSpan.Length + prefix < NameLengthMax;
            var name = fits ? prefix + json.CopyString(_name.AsSpan(prefix)) : 0;
            json.Read();
            if (json.TokenType == JsonTokenType.StartObject && prefix == 0 && fits && name + 1 < NameLengthMax)
            {
                _name[name] = '.';
                ReadObject(ref json, name + 1);
            }
            else if (fits && Column(_name.AsSpan(0, name)) is >= 0 and var column)
            {
                _values[column] = Take(ref json);
            }

            json.Skip();
        }
    }

    private (int Start, int Length) Take(ref Utf8JsonReader json)
    {
        if (json.TokenType is not (JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False))
        {
            return default;
        }

        if (_text.Length - _textLength < json.ValueSpan.Length)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _textLength + json.ValueSpan.Length));
        }

        var start = _textLength;
        _textLength += json.TokenType == JsonTokenType.String
            ? json.CopyString(_text.AsSpan(start))
            : Encoding.UTF8.GetChars(json.ValueSpan, _text.AsSpan(start));
        return (start, _textLength - start);
    }

    private int Column(ReadOnlySpan<char> name)
    {
        if (_indexes.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var column))
        {
            return column;
        }

        if (_columns.Count == ColumnsMax)
        {
            return -1;
        }

        _indexes.Add(name.ToString(), _columns.Count);
        _columns.Add(name.ToString());
        _values.Add(default);
        return _columns.Count - 1;
    }
}
