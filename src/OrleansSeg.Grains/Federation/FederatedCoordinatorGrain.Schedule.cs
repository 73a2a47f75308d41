using Microsoft.Extensions.Logging;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation.Rounds;

namespace OrleansSeg.Federation;

/// <summary>Runs that start by themselves. The reminder's period is how late one may be.</summary>
internal sealed partial class FederatedCoordinatorGrain
{
    /// <inheritdoc />
    public async Task<FederationScheduleStatus?> SetScheduleAsync(FederationSchedule? schedule, CancellationToken cancellationToken)
    {
        if (schedule is not null)
        {
            Check(schedule);
        }

        cancellationToken.ThrowIfCancellationRequested();
        await ChangeAsync(async () =>
        {
            if (schedule is not null)
            {
                await this.RegisterOrUpdateReminder(WakeReminder, WakePeriod, WakePeriod);
            }

            // What came before it was set is not owed.
            await KeepAsync(() => _store.WriteAsync(schedule is null ? null : new StoredSchedule(schedule, Now)));
        });
        await ForgetReminderAsync();
        return StatusOf(_store.Schedule);
    }

    /// <inheritdoc />
    public Task<FederationScheduleStatus?> GetScheduleAsync(CancellationToken cancellationToken) => Task.FromResult(StatusOf(_store.Schedule));

    /// <inheritdoc />
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        // A run under way goes on by being awake; what comes due meanwhile waits for its end.
        await ChangeAsync(async () =>
        {
            if (_store is { Schedule: { } stored, Run: null or { HasEnded: true } }
                && CronSchedule.Parse(stored.Schedule.Cron, stored.Schedule.TimeZone).Missed(stored.Covered, Now) is { } missed)
            {
                LogDue(Name, missed.Latest, missed.Count);
                await BeginAsync(stored.Schedule.Plan, missed.Latest);
            }
        });
    }

    private void Check(FederationSchedule schedule)
    {
        if (!_hasReminders)
        {
            throw new InvalidOperationException("This cluster has no reminders: nothing could start a run by itself.");
        }

        PlanCheck.Check(schedule.Plan);
        try
        {
            CronSchedule.Parse(schedule.Cron, schedule.TimeZone);
        }
        catch (FormatException exception)
        {
            // Without the cause: callers do not have the types of the package that reads schedules.
            throw new ArgumentException(exception.Message, nameof(schedule));
        }
    }

    private static FederationScheduleStatus? StatusOf(StoredSchedule? stored) => stored is null
        ? null
        : new FederationScheduleStatus(stored.Schedule, CronSchedule.Parse(stored.Schedule.Cron, stored.Schedule.TimeZone).Next(stored.Covered));

    [LoggerMessage(Level = LogLevel.Information, Message = "Federation {Name}: the run of {Due:u} is due; {Count} occurrences are made good by it.")]
    private partial void LogDue(string name, DateTimeOffset due, int count);
}
