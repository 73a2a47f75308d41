namespace OrleansSeg.Data.Import.Mapping;

/// <summary>A mapping's fields tied to a file's columns.</summary>
internal static class ColumnBinding
{
    /// <summary>Position of a field's column; -1 when the field is a constant, is not mapped, or may be absent and is.</summary>
    public static int Find(FieldSource? source, IReadOnlyList<string> columns)
    {
        foreach (var spelling in source?.Columns ?? [])
        {
            for (var i = 0; i < columns.Count; i++)
            {
                if (string.Equals(columns[i], spelling, StringComparison.OrdinalIgnoreCase))
                {
                    return i;
                }
            }
        }

        return -1;
    }

    /// <summary>Fields that need a column which the file lacks, with the spellings that were looked for.</summary>
    public static IReadOnlyList<string> FindMissing(EventMapping mapping, IReadOnlyList<string> columns) =>
    [
        .. mapping.Fields
            .Concat(mapping.Attributes.Select(pair => (Name: pair.Key, Source: pair.Value)))
            .Where(field => !field.Source.Columns.IsEmpty && !mapping.Optional.Contains(field.Name) && Find(field.Source, columns) < 0)
            .Select(field => $"{field.Name} ({string.Join(" or ", field.Source.Columns)})"),
    ];
}
