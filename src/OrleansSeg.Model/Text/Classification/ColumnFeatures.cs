using System.Globalization;

namespace OrleansSeg.Model.Text.Classification;

/// <summary>Turns columns beside texts into numbers: a column of numbers is centred and scaled, any other one has a number for each frequent value. N texts, C columns, W numbers.</summary>
internal sealed class ColumnFeatures
{
    private const int ValuesMax = 200;

    private readonly Column[] _columns;

    private ColumnFeatures(Column[] columns) => _columns = columns;

    /// <summary>Numbers that it makes of a row (W).</summary>
    public int Width => _columns.Sum(column => column.Width);

    /// <summary>Learns what values there are.</summary>
    /// <param name="rows">(N, C) values of the texts to learn from; empty where there is none.</param>
    public static ColumnFeatures Fit(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new ColumnFeatures([.. Enumerable.Range(0, rows.Count == 0 ? 0 : rows[0].Count).Select(c => Column.Fit([.. rows.Select(row => row[c].Trim())]))]);
    }

    /// <summary>(C) -> (W): what was not seen before is zero.</summary>
    public float[] Apply(IReadOnlyList<string> row)
    {
        var numbers = new float[Width];
        var offset = 0;
        for (var c = 0; c < _columns.Length; c++)
        {
            _columns[c].Write(row[c].Trim(), numbers.AsSpan(offset, _columns[c].Width));
            offset += _columns[c].Width;
        }

        return numbers;
    }

    private sealed record Column(double Mean, double Deviation, IReadOnlyDictionary<string, int>? Values)
    {
        // A number, and whether there is one; or a place for each value.
        public int Width => Values?.Count ?? 2;

        public static Column Fit(IReadOnlyList<string> cells)
        {
            var given = cells.Where(cell => cell.Length > 0).ToList();
            if (given.Count > 0 && given.TrueForAll(cell => TryParse(cell, out _)))
            {
                var numbers = given.ConvertAll(cell => TryParse(cell, out var number) ? number : 0);
                var mean = numbers.Average();
                return new Column(mean, Math.Max(1e-9, Math.Sqrt(numbers.Average(number => (number - mean) * (number - mean)))), null);
            }

            var frequent = given.CountBy(cell => cell, StringComparer.Ordinal).OrderByDescending(value => value.Value).ThenBy(value => value.Key, StringComparer.Ordinal);
            return new Column(0, 1, frequent.Take(ValuesMax).Index().ToDictionary(value => value.Item.Key, value => value.Index, StringComparer.Ordinal));
        }

        public void Write(string cell, Span<float> numbers)
        {
            if (Values is null)
            {
                if (TryParse(cell, out var number))
                {
                    (numbers[0], numbers[1]) = ((float)Math.Clamp((number - Mean) / Deviation, -10, 10), 1);
                }
            }
            else if (Values.TryGetValue(cell, out var place))
            {
                numbers[place] = 1;
            }
        }

        private static bool TryParse(string cell, out double number) =>
            double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }
}
