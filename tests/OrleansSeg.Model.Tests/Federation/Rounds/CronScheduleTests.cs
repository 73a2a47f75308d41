using System.Globalization;
using CsCheck;
using OrleansSeg.Model.Federation.Rounds;

namespace OrleansSeg.Model.Tests.Federation.Rounds;

public class CronScheduleTests
{
    // Berlin's clocks go from 02:00 to 03:00 on 29 March 2026 (01:00 UTC), and from 03:00 back to 02:00 on 25 October (01:00 UTC).
    [Theory]
    [InlineData("30 2 * * *", "2026-01-10T00:00Z", "2026-01-10T01:30Z", "2026-01-11T01:30Z", "2026-01-12T01:30Z")]
    [InlineData("30 2 * * *", "2026-03-28T00:00Z", "2026-03-28T01:30Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z")]
    [InlineData("30 2 * * *", "2026-10-24T00:00Z", "2026-10-24T00:30Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    [InlineData("*/30 * * * *", "2026-10-25T00:15Z", "2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z")]
    [InlineData("*/30 * * * *", "2026-03-29T00:15Z", "2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z")]
    [InlineData("0 4 * * MON", "2026-03-23T05:00Z", "2026-03-30T02:00Z", "2026-04-06T02:00Z", "2026-04-13T02:00Z")]
    public void Next_InBerlin_FollowsItsClocks(string expression, string after, params string[] expected)
    {
        var schedule = CronSchedule.Parse(expression, "Europe/Berlin");
        var time = Time(after);
        foreach (var next in expected)
        {
            time = schedule.Next(time)!.Value;
            Assert.Equal((Time(next), TimeSpan.Zero), (time, time.Offset));
        }
    }

    [Fact]
    public void Missed_SeveralDuringDowntime_AreOneRunForTheLatest()
    {
        var schedule = CronSchedule.Parse("0 3 * * *", "UTC");
        Assert.Equal(new MissedRuns(Time("2026-05-04T03:00Z"), 3), schedule.Missed(Time("2026-05-01T03:00Z"), Time("2026-05-04T17:00Z")));
        Assert.Null(schedule.Missed(Time("2026-05-04T03:00Z"), Time("2026-05-04T17:00Z")));
        Assert.Equal(new MissedRuns(Time("2026-05-05T03:00Z"), 1), schedule.Missed(Time("2026-05-04T03:00Z"), Time("2026-05-05T03:00Z")));
    }

    [Theory]
    [InlineData("2026-03-29T00:59:59Z", null), InlineData("2026-03-29T01:00Z", "2026-03-29T01:00Z"), InlineData("2026-03-29T09:00Z", "2026-03-29T01:00Z")]
    public void Missed_ATimeThatClocksSkip_IsOwedOnceFromTheFirstThatExists(string now, string? latest)
    {
        var missed = CronSchedule.Parse("30 2 * * *", "Europe/Berlin").Missed(Time("2026-03-28T01:30Z"), Time(now));
        Assert.Equal(latest is null ? null : new MissedRuns(Time(latest), 1), missed);
    }

    [Fact]
    public void Missed_ClockPutBack_OwesNothing() =>
        Assert.Null(CronSchedule.Parse("* * * * *", "UTC").Missed(Time("2026-05-04T03:00Z"), Time("2026-05-01T03:00Z")));

    [Fact]
    public void Missed_YearsOfMinutes_AreCountedUpToTheBound() =>
        Assert.Equal(
            new MissedRuns(Time("2026-05-04T03:00Z"), CronSchedule.MissedCountMax),
            CronSchedule.Parse("* * * * *", "UTC").Missed(Time("2001-01-01T00:00Z"), Time("2026-05-04T03:00Z")));

    [Theory]
    [InlineData("30 2 * * *", "Europe/Berlin"), InlineData("*/20 1-3 * * *", "Europe/Berlin"), InlineData("0 0 29 2 *", "Europe/Berlin")]
    [InlineData("0 2 * * *", "America/New_York"), InlineData("0 0 * * *", "Africa/Cairo"), InlineData("15 2 * * *", "Australia/Lord_Howe")]
    public void Missed_LookedAtAtAnyTimes_MakesEveryOccurrenceGoodOnce(string expression, string zone) =>
        Gen.Select(Gen.Bool, Gen.Int[1, 3_000].Array[1, 60]).Sample((spring, minutes) =>
        {
            var schedule = CronSchedule.Parse(expression, zone);
            // Both changes of the clocks lie within the days that follow.
            var start = Time(spring ? "2024-02-20T00:00Z" : "2024-09-20T00:00Z");
            var (now, covered, runs, counted) = (start, start, 0, 0);
            foreach (var pause in minutes)
            {
                now = now.AddMinutes(pause);
                if (schedule.Missed(covered, now) is { } missed)
                {
                    Assert.InRange(missed.Latest, covered.AddTicks(1), now);
                    (covered, runs, counted) = (missed.Latest, runs + 1, counted + missed.Count);
                }

                Assert.True(schedule.Next(covered) is not { } next || next > now, "Nothing is owed after a look.");
            }

            var all = 0;
            for (var next = schedule.Next(start); next <= now; next = schedule.Next(next.Value))
            {
                all++;
            }

            Assert.Equal(all, counted);
            Assert.InRange(runs, all == 0 ? 0 : 1, Math.Min(all, minutes.Length));
        });

    [Theory]
    [InlineData("", "UTC", "The schedule '' is no cron expression of five fields: ")]
    [InlineData("0 3 * *", "UTC", "The schedule '0 3 * *' is no cron expression of five fields: ")]
    [InlineData("0 0 3 * * *", "UTC", "The schedule '0 0 3 * * *' is no cron expression of five fields: ")]
    [InlineData("61 3 * * *", "UTC", "The schedule '61 3 * * *' is no cron expression of five fields: ")]
    [InlineData("H 3 * * *", "UTC", "The schedule 'H 3 * * *' is no cron expression of five fields: ")]
    [InlineData("0 0 30 2 *", "UTC", "The schedule '0 0 30 2 *' never comes")]
    [InlineData("0 3 * * *", "Europe/Atlantis", "There is no time zone 'Europe/Atlantis' on this machine")]
    [InlineData("0 3 * * *", "", "There is no time zone '' on this machine")]
    public void Parse_OfWhatIsNoSchedule_SaysWhy(string expression, string zone, string message) =>
        Assert.StartsWith(message, Assert.Throws<FormatException>(() => CronSchedule.Parse(expression, zone)).Message, StringComparison.Ordinal);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
