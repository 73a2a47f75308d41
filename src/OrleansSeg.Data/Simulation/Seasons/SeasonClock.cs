namespace OrleansSeg.Data.Simulation.Seasons;

/// <summary>Turns a steady clock into the shop's: time runs faster in the weeks before Christmas and slower in January.</summary>
/// <remarks>
/// Processes are drawn in <em>busy days</em>, of which a year has as many as calendar days; a process with a constant rate in busy days
/// peaks in the calendar where the shop does. Days are counted from the shop's opening midnight.
/// </remarks>
internal sealed class SeasonClock
{
    /// <summary>How busy the middle of each month is, January first.</summary>
    private static readonly double[] Months = [0.74, 0.78, 0.88, 0.95, 1.0, 0.93, 0.84, 0.82, 0.98, 1.12, 1.62, 1.72];

    /// <summary>How busy each day of the week is, Sunday first.</summary>
    private static readonly double[] Weekdays = [1.18, 1.08, 0.98, 0.97, 0.99, 0.92, 0.88];

    private readonly double[] _busy;

    /// <summary>Makes the clock.</summary>
    /// <param name="start">The opening day's midnight, UTC.</param>
    /// <param name="days">Days until the end, the last one included.</param>
    public SeasonClock(DateTimeOffset start, int days)
    {
        Start = start;
        _busy = new double[days + 1];
        for (var day = 0; day < days; day++)
        {
            _busy[day + 1] = _busy[day] + BusynessOf(start.AddDays(day));
        }
    }

    /// <summary>The opening day's midnight, UTC.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>Calendar days until the end.</summary>
    public int Days => _busy.Length - 1;

    /// <summary>Busy days until the end.</summary>
    public double BusyDays => _busy[^1];

    /// <summary>Busy days that have passed when a calendar day begins.</summary>
    public double ToBusy(double day)
    {
        var whole = Math.Clamp((int)day, 0, Days - 1);
        return _busy[whole] + ((day - whole) * (_busy[whole + 1] - _busy[whole]));
    }

    /// <summary>The calendar day (with its fraction) at which so many busy days have passed; <see cref="Days"/> or more past the end.</summary>
    public double ToDay(double busy)
    {
        if (busy >= BusyDays)
        {
            return Days + (busy - BusyDays);
        }

        var found = Array.BinarySearch(_busy, Math.Max(0, busy));
        var whole = found >= 0 ? found : ~found - 1;
        return whole + ((busy - _busy[whole]) / (_busy[whole + 1] - _busy[whole]));
    }

    /// <summary>How busy a day is against the year's mean of 1.</summary>
    internal static double BusynessOf(DateTimeOffset day)
    {
        // Between the middles of two months the busyness goes straight from one to the other.
        var position = day.Month - 1 + ((day.Day - 15.5) / DateTime.DaysInMonth(day.Year, day.Month));
        var lower = (int)Math.Floor(position);
        var share = position - lower;
        var year = ((1 - share) * Months[(lower + 12) % 12]) + (share * Months[(lower + 13) % 12]);
        return year / MonthMean * (Weekdays[(int)day.DayOfWeek] / WeekdayMean);
    }

    private static double MonthMean { get; } = Months.Average();

    private static double WeekdayMean { get; } = Weekdays.Average();
}
