using System.Collections.Immutable;

namespace OrleansSeg.Federation;

/// <summary>Runs federated training: one run at a time, each step durable before it is announced. Key: the federation's name.</summary>
/// <remarks>A run goes on whatever dies: the next activation, on any silo, resumes the step that was under way, with the same result.</remarks>
[GrainInterfaceType("seg.federated-coordinator"), Alias("seg.federated-coordinator"), Version(1)]
public interface IFederatedCoordinatorGrain : IGrainWithStringKey
{
    /// <summary>Starts a run.</summary>
    /// <exception cref="ArgumentException">The plan breaks a bound; the message names every one.</exception>
    /// <exception cref="InvalidOperationException">A run is under way; the message names it.</exception>
    [Alias("start")]
    Task<RunStatus> StartAsync(FederatedPlan plan, CancellationToken cancellationToken);

    /// <summary>How a run stands.</summary>
    /// <param name="run">Its number; null for the latest.</param>
    /// <param name="cancellationToken">Stops before the answer.</param>
    /// <returns>Null when there is no such run.</returns>
    [Alias("status")]
    Task<RunStatus?> GetStatusAsync(int? run, CancellationToken cancellationToken);

    /// <summary>Stops the run under way; nothing of it goes into service.</summary>
    /// <exception cref="InvalidOperationException">This run is not under way.</exception>
    [Alias("cancel")]
    Task<RunStatus> CancelAsync(int run, CancellationToken cancellationToken);

    /// <summary>Runs, latest first.</summary>
    /// <param name="before">Only runs with a lower number; null for all.</param>
    /// <param name="limit">1 to 100.</param>
    /// <param name="cancellationToken">Stops between two reads.</param>
    [Alias("history")]
    Task<ImmutableArray<RunStatus>> GetHistoryAsync(int? before, int limit, CancellationToken cancellationToken);

    /// <summary>Lets runs start by themselves from now on; occurrences that pass while nobody can run, or while a run is under way, are made good by one run.</summary>
    /// <param name="schedule">When, and what; null for never.</param>
    /// <param name="cancellationToken">Stops before the write.</param>
    /// <exception cref="ArgumentException">The plan breaks a bound, or the schedule cannot be read; the message says what.</exception>
    /// <exception cref="InvalidOperationException">The cluster has no reminders, so nothing could wake it.</exception>
    [Alias("set-schedule")]
    Task<FederationScheduleStatus?> SetScheduleAsync(FederationSchedule? schedule, CancellationToken cancellationToken);

    /// <summary>The schedule, or null.</summary>
    [Alias("schedule")]
    Task<FederationScheduleStatus?> GetScheduleAsync(CancellationToken cancellationToken);
}
