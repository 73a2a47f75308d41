using System.Collections.Immutable;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Tests.Rounds;

/// <summary>A coordinator that answers what the test says, one look after the other; the last look is repeated.</summary>
internal sealed class FakeCoordinator(params Func<RunStatus?>[] looks) : IFederatedCoordinatorGrain
{
    private int _looks;

    public FederatedPlan? Started { get; private set; }

    public int? Cancelled { get; private set; }

    public List<int?> Asked { get; } = [];

    public Exception? Refusal { get; init; }

    public Action Looked { get; init; } = () => { };

    public Task<RunStatus> StartAsync(FederatedPlan plan, CancellationToken cancellationToken)
    {
        Started = plan;
        return Refusal is null ? Task.FromResult(Runs.UnderWay) : Task.FromException<RunStatus>(Refusal);
    }

    public Task<RunStatus?> GetStatusAsync(int? run, CancellationToken cancellationToken)
    {
        Asked.Add(run);
        Looked();
        return Task.FromResult(looks[Math.Min(_looks++, looks.Length - 1)]());
    }

    public Task<RunStatus> CancelAsync(int run, CancellationToken cancellationToken)
    {
        Cancelled = run;
        return Refusal is null ? Task.FromResult(Runs.UnderWay with { Phase = RunPhase.Cancelled, Outcome = "Cancelled on request." }) : Task.FromException<RunStatus>(Refusal);
    }

    public Task<ImmutableArray<RunStatus>> GetHistoryAsync(int? before, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<RunStatus>>([.. looks.Select(look => look()).OfType<RunStatus>().Where(run => !(run.Run >= before)).Take(limit)]);

    public FederationSchedule? Schedule { get; set; }

    public Task<FederationScheduleStatus?> SetScheduleAsync(FederationSchedule? schedule, CancellationToken cancellationToken)
    {
        Schedule = schedule;
        return Refusal is null ? GetScheduleAsync(cancellationToken) : Task.FromException<FederationScheduleStatus?>(Refusal);
    }

    public Task<FederationScheduleStatus?> GetScheduleAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Schedule is null ? null : new FederationScheduleStatus(Schedule, Runs.Start.AddHours(1)));
}
