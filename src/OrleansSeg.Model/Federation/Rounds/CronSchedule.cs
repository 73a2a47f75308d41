using Cronos;

namespace OrleansSeg.Model.Federation.Rounds;

/// <summary>Occurrences that a schedule owes. However many they are, they are made good by one run.</summary>
/// <param name="Latest">The latest of them, in UTC: what the run is for. Once it has begun, the schedule is covered up to here.</param>
/// <param name="Count">How many; counted up to <see cref="CronSchedule.MissedCountMax"/>.</param>
public sealed record MissedRuns(DateTimeOffset Latest, int Count);

/// <summary>When runs are due: a cron expression read in a named time zone. Pure; the caller brings the time.</summary>
/// <remarks>
/// Where clocks are put forward, a time that does not exist is due at the first that does. Where they are put back, a time that comes twice is due the
/// first time alone, but for expressions of intervals (<c>*/30 * * * *</c>), which go on through both.
/// </remarks>
public sealed class CronSchedule
{
    /// <summary>Missed occurrences counted at most.</summary>
    public const int MissedCountMax = 1_000;

    private readonly CronExpression _cron;
    private readonly TimeZoneInfo _zone;

    private CronSchedule(CronExpression cron, TimeZoneInfo zone) => (_cron, _zone) = (cron, zone);

    /// <summary>Reads a schedule.</summary>
    /// <param name="expression">Five fields: minute, hour, day of the month, month, day of the week; or a name such as <c>@daily</c>.</param>
    /// <param name="timeZone">A name such as <c>Europe/London</c> or <c>UTC</c>.</param>
    /// <exception cref="FormatException">The expression cannot be read or never comes, or this machine does not know the time zone.</exception>
    public static CronSchedule Parse(string expression, string timeZone)
    {
        var schedule = new CronSchedule(Cron(expression), Zone(timeZone));
        return schedule.Next(DateTimeOffset.UnixEpoch) is null
            ? throw new FormatException($"The schedule '{expression}' never comes: there is no such day.")
            : schedule;
    }

    /// <summary>The first occurrence after a time, in UTC; null if there is none before the year 2100.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => _cron.GetNextOccurrence(after, _zone)?.ToUniversalTime();

    /// <summary>What the schedule owes; null for nothing, also where the clock was put back before what is covered.</summary>
    /// <param name="covered">Occurrences up to and including this time are done: when the schedule was set, then <see cref="MissedRuns.Latest"/>.</param>
    /// <param name="now">Occurrences up to and including this time are due.</param>
    public MissedRuns? Missed(DateTimeOffset covered, DateTimeOffset now)
    {
        if (now <= covered || Latest(now) is not { } latest || latest <= covered)
        {
            return null;
        }

        var count = _cron.GetOccurrences(covered, now, _zone, fromInclusive: false, toInclusive: true).Take(MissedCountMax).Count();
        return new MissedRuns(latest.ToUniversalTime(), count);
    }

    // Asked backwards, the package puts a time that does not exist a second before the gap, and after it when asked forwards: by the first alone one
    // occurrence would be made good twice. So each answer is asked forwards again, and one that is still to come that way makes room for the one before.
    private DateTimeOffset? Latest(DateTimeOffset now)
    {
        for (var back = _cron.GetPreviousOccurrence(now, _zone, inclusive: true); back is { } at; back = _cron.GetPreviousOccurrence(at, _zone))
        {
            if (_cron.GetNextOccurrence(at, _zone, inclusive: true) is { } first && first <= now)
            {
                return first;
            }
        }

        return null;
    }

    private static CronExpression Cron(string expression)
    {
        try
        {
            return CronExpression.Parse(expression);
        }
        catch (Exception problem) when (problem is CronFormatException or MissingSeedException or ArgumentException)
        {
            throw new FormatException($"The schedule '{expression}' is no cron expression of five fields: {problem.Message}", problem);
        }
    }

    private static TimeZoneInfo Zone(string name)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception problem) when (problem is TimeZoneNotFoundException or InvalidTimeZoneException or ArgumentException)
        {
            throw new FormatException(
                $"There is no time zone '{name}' on this machine: a name such as Europe/London or UTC was expected (the zones come with the package tzdata).", problem);
        }
    }
}
