using OrleansSeg.Data.Import.Mapping;
using OrleansSeg.Data.Import.Rows;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Cleaning;

/// <summary>Profile attributes of the row at hand; rows that say the same share one dictionary where they can.</summary>
internal sealed class AttributeReader(EventMapping mapping, RowReader rows, RowFields fields)
{
    private const int SharedMax = 1 << 10;

    private readonly ContentHasher _hasher = new();
    private readonly Dictionary<UInt128, Dictionary<string, string>> _shared = [];
    private readonly List<(string Name, int Column, string? Constant)> _bound = [];
    private readonly List<(string Name, string Value)> _found = [];
    private int _boundColumns = -1;

    /// <summary>The attributes, or null when the row says none.</summary>
    public IReadOnlyDictionary<string, string>? Read()
    {
        Bind();
        _hasher.Reset();
        _found.Clear();
        foreach (var (name, column, constant) in _bound)
        {
            var value = column < 0 ? constant : fields.Clean(rows[column]);
            if (!value.IsEmpty)
            {
                // A name or value is a label: what is longer is cut, for it is no key to anything.
                var kept = fields.Pooled(value[..Math.Min(value.Length, EventLimits.LabelLengthMax)]);
                _found.Add((name, kept));
                _hasher.Add(name);
                _hasher.Add(kept);
            }
        }

        return _found.Count == 0 ? null : Share();
    }

    private Dictionary<string, string> Share()
    {
        var hash = _hasher.Hash();
        if (!_shared.TryGetValue(hash, out var attributes))
        {
            if (_shared.Count == SharedMax)
            {
                _shared.Clear();
            }

            attributes = _found.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
            _shared.Add(hash, attributes);
        }

        return attributes;
    }

    private void Bind()
    {
        if (_boundColumns == rows.Columns.Count)
        {
            return;
        }

        _boundColumns = rows.Columns.Count;
        _bound.Clear();
        foreach (var (name, source) in mapping.Attributes)
        {
            if (ColumnBinding.Find(source, rows.Columns) is var column && (column >= 0 || source.Constant is not null))
            {
                _bound.Add((name, column, source.Constant));
            }
        }

        if (mapping.AttributePrefix is { } prefix)
        {
            for (var i = 0; i < rows.Columns.Count; i++)
            {
                if (rows.Columns[i].Length > prefix.Length
                    && rows.Columns[i].StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
                    && _bound.TrueForAll(bound => bound.Name != rows.Columns[i][prefix.Length..]))
                {
                    _bound.Add((rows.Columns[i][prefix.Length..], i, null));
                }
            }
        }
    }
}
