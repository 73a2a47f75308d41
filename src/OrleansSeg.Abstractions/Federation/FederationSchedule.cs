namespace OrleansSeg.Federation;

/// <summary>When a federation runs by itself.</summary>
/// <param name="Cron">Five fields: minute, hour, day of the month, month, day of the week; or a name such as <c>@daily</c>.</param>
/// <param name="TimeZone">A name such as <c>Europe/London</c> or <c>UTC</c>.</param>
/// <param name="Plan">What each run does.</param>
[GenerateSerializer, Immutable, Alias("seg.federation-schedule")]
public sealed record FederationSchedule([property: Id(0)] string Cron, [property: Id(1)] string TimeZone, [property: Id(2)] FederatedPlan Plan);

/// <summary>A schedule as it stands.</summary>
/// <param name="Schedule">The schedule.</param>
/// <param name="NextAt">When the next run is due, UTC; null when none ever is. It may begin a minute later, and not before the run under way has ended.</param>
[GenerateSerializer, Immutable, Alias("seg.federation-schedule-status")]
public sealed record FederationScheduleStatus([property: Id(0)] FederationSchedule Schedule, [property: Id(1)] DateTimeOffset? NextAt);
