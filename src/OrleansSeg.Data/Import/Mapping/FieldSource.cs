using System.Collections.Immutable;

namespace OrleansSeg.Data.Import.Mapping;

/// <summary>Where one field of an event comes from: a column, under any of several spellings, or a constant.</summary>
internal sealed record FieldSource
{
    /// <summary>Spellings of the column, the first that the file has counts; empty for a constant.</summary>
    public ImmutableArray<string> Columns { get; init; } = [];

    /// <summary>The same value for every row; null when a column says it.</summary>
    public string? Constant { get; init; }

    /// <summary>Values of the file to values of ours; null when they are ours already.</summary>
    public ImmutableDictionary<string, string>? Map { get; init; }

    /// <summary>Time formats; empty for ISO 8601.</summary>
    public ImmutableArray<string> Formats { get; init; } = [];
}
