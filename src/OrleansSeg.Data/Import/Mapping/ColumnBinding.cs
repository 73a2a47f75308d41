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
        .. mapping.Sources()
            .Where(mapped => !mapped.Source.Columns.IsEmpty && !mapping.Optional.Contains(mapped.Name) && Find(mapped.Source, columns) < 0)
            .Select(mapped => $"{mapped.Name} ({string.Join(" or ", mapped.Source.Columns)})"),
    ];
}
