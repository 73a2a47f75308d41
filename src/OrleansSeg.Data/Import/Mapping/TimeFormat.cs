using System.Collections.Immutable;
using System.Globalization;

namespace OrleansSeg.Data.Import.Mapping;

/// <summary>Reads times by a mapping's formats; a time that names no zone is in the file's.</summary>
/// <remarks>
/// In a zone with summer time, the hour that occurs twice is read as standard time, and an hour that is skipped as if the clock had
/// not been moved yet. A date without a time of day is midnight.
/// </remarks>
internal sealed class TimeFormat(ImmutableArray<string> formats, TimeZoneInfo zone, bool isoToo = false)
{
    public const string Iso = "iso";
    public const string UnixSeconds = "unixSeconds";
    public const string UnixMilliseconds = "unixMilliseconds";

    private readonly ImmutableArray<string> _formats =
        formats.IsDefaultOrEmpty ? [Iso] : isoToo && !formats.Contains(Iso) ? [.. formats, Iso] : formats;
    private readonly bool _utc = zone.BaseUtcOffset == TimeSpan.Zero && !zone.SupportsDaylightSavingTime;

    /// <summary>What is expected, for messages.</summary>
    public string Expected => string.Join(" or ", _formats);

    /// <summary>Reads a time; false when no format fits.</summary>
    public bool TryRead(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        foreach (var format in _formats)
        {
            if (TryRead(text, format, out time))
            {
                return true;
            }
        }

        time = default;
        return false;
    }

    private bool TryRead(ReadOnlySpan<char> text, string format, out DateTimeOffset time)
    {
        time = default;
        switch (format)
        {
            case Iso:
                return IsoTime.TryRead(text, out var ticks, out var offset) && TryPlace(ticks, offset, out time);
            case UnixSeconds:
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) && TryUnix(seconds, 1, out time);
            case UnixMilliseconds:
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var millis) && TryUnix(millis, 1000, out time);
            default:
                return DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
                    && TryPlace(local.Ticks, null, out time);
        }
    }

    private static bool TryUnix(long value, int perSecond, out DateTimeOffset time)
    {
        var inRange = value / perSecond is > -62_135_596_800 and < 253_402_300_800;
        time = inRange ? DateTimeOffset.UnixEpoch.AddTicks(value * (TimeSpan.TicksPerSecond / perSecond)) : default;
        return inRange;
    }

    private bool TryPlace(long ticks, TimeSpan? offset, out DateTimeOffset time)
    {
        var shift = offset ?? (_utc ? TimeSpan.Zero : zone.GetUtcOffset(new DateTime(ticks, DateTimeKind.Unspecified)));
        var utc = ticks - shift.Ticks;
        var inRange = utc >= 0 && utc <= DateTime.MaxValue.Ticks;
        time = inRange ? new DateTimeOffset(utc, TimeSpan.Zero) : default;
        return inRange;
    }
}
