using System.Globalization;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Dates in rows: UTC as text, to the millisecond.</summary>
internal static class TableDates
{
    private const string Format = "yyyy-MM-dd HH:mm:ss.fff 'GMT'";

    public static string Print(DateTime utc) => utc.ToString(Format, CultureInfo.InvariantCulture);

    /// <exception cref="FormatException">The text is no such date.</exception>
    public static DateTime Parse(string text) =>
        DateTime.ParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
