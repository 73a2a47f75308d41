namespace OrleansSeg.Data.Import.Mapping;

/// <summary>ISO 8601 dates and times as files write them: <c>2011-12-09</c>, <c>2011-12-09 12:50</c>, <c>2011-12-09T12:50:00.123Z</c>, <c>… +01:00</c>, <c>… UTC</c>.</summary>
internal static class IsoTime
{
    /// <summary>Reads a time.</summary>
    /// <param name="text">The text, without white space around it.</param>
    /// <param name="ticks">The clock time that is written.</param>
    /// <param name="offset">Its offset from UTC; null when none is written.</param>
    public static bool TryRead(ReadOnlySpan<char> text, out long ticks, out TimeSpan? offset)
    {
        ticks = 0;
        offset = null;
        if (!TryDate(ref text, out var date))
        {
            return false;
        }

        ticks = date.Ticks;
        if (text.IsEmpty)
        {
            return true;
        }

        if (text[0] is not ('T' or 't' or ' '))
        {
            return false;
        }

        text = text[1..];
        return TryClock(ref text, ref ticks) && TryOffset(text, ref offset);
    }

    private static bool TryDate(ref ReadOnlySpan<char> text, out DateTime date)
    {
        date = default;
        if (text.Length < 10
            || !TryDigits(text[..4], out var year) || text[4] is not ('-' or '/')
            || !TryDigits(text[5..7], out var month) || text[7] != text[4]
            || !TryDigits(text[8..10], out var day)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        date = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified);
        text = text[10..];
        return true;
    }

    private static bool TryClock(ref ReadOnlySpan<char> text, ref long ticks)
    {
        if (text.Length < 5 || !TryDigits(text[..2], out var hour) || text[2] != ':' || !TryDigits(text[3..5], out var minute) || hour > 23 || minute > 59)
        {
            return false;
        }

        text = text[5..];
        ticks += (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute);
        if (text.IsEmpty || text[0] != ':')
        {
            return true;
        }

        if (text.Length < 3 || !TryDigits(text[1..3], out var second) || second > 59)
        {
            return false;
        }

        text = text[3..];
        ticks += second * TimeSpan.TicksPerSecond;
        return text.IsEmpty || text[0] is not ('.' or ',') || TryFraction(ref text, ref ticks);
    }

    private static bool TryFraction(ref ReadOnlySpan<char> text, ref long ticks)
    {
        var digits = 1;
        var unit = TimeSpan.TicksPerSecond;
        for (; digits < text.Length && char.IsAsciiDigit(text[digits]); digits++)
        {
            unit /= 10;
            ticks += (text[digits] - '0') * unit;
        }

        text = text[digits..];
        return digits > 1;
    }

    private static bool TryOffset(ReadOnlySpan<char> text, ref TimeSpan? offset)
    {
        text = text.TrimStart(' ');
        if (text.IsEmpty)
        {
            return true;
        }

        if (text is "Z" or "z" or "UTC" or "GMT")
        {
            offset = TimeSpan.Zero;
            return true;
        }

        var minutes = 0;
        if (text[0] is not ('+' or '-')
            || text.Length is not (3 or 5 or 6)
            || (text.Length == 6 && text[3] != ':')
            || !TryDigits(text[1..3], out var hours)
            || (text.Length > 3 && !TryDigits(text[^2..], out minutes))
            || hours > 14 || minutes > 59)
        {
            return false;
        }

        var size = new TimeSpan(hours, minutes, 0);
        offset = text[0] == '-' ? -size : size;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            value = (value * 10) + (c - '0');
        }

        return true;
    }
}
