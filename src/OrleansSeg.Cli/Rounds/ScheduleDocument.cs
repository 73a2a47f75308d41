using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Rounds;

/// <summary>What is asked of a schedule.</summary>
/// <param name="IsAsked">Whether it is to change.</param>
/// <param name="Schedule">What to change it to; null for no more runs.</param>
internal sealed record ScheduleChange(bool IsAsked, FederationSchedule? Schedule);

/// <summary>A schedule as it is printed; without one everything but the federation is null.</summary>
internal sealed record ScheduleDocument(string Federation, string? Cron, string? TimeZone, DateTimeOffset? NextAt, PlanDocument? Plan)
{
    public static ScheduleDocument Of(string federation, FederationScheduleStatus? status) => new(
        federation, status?.Schedule.Cron, status?.Schedule.TimeZone, status?.NextAt, status is null ? null : PlanDocument.Of(status.Schedule.Plan));
}
