using Azure.Data.Tables;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Reads text columns of rows that others may have written.</summary>
internal static class TableText
{
    /// <summary>The column's text, or null when it is missing, empty or of another type.</summary>
    public static string? Text(this TableEntity row, string column) =>
        row.TryGetValue(column, out var value) && value is string { Length: > 0 } text ? text : null;

    /// <summary>The column's text.</summary>
    /// <exception cref="FormatException">It is missing, empty or of another type.</exception>
    public static string RequiredText(this TableEntity row, string column) =>
        row.Text(column) ?? throw new FormatException($"{column} is missing or no text.");
}
