using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Storage;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Hosting;
using OrleansSeg.Inference;
using OrleansSeg.Placement;

namespace OrleansSeg.Federation;

/// <summary>Drives one run at a time through <see cref="RunMachine"/>: every transition is written before anybody hears of it.</summary>
/// <remarks>
/// Reentrant, so that it answers while it drives. All changes of a run come from the one drive that is under way, or are made while none
/// is. It sees no customer's data, and lives on a silo that computes; a reminder wakes it on another one when its silo
/// has died.
/// </remarks>
[GrainType("seg.federated-coordinator"), Reentrant, InferenceSilos]
internal sealed partial class FederatedCoordinatorGrain : IGrainBase, IFederatedCoordinatorGrain, IRemindable, IDisposable
{
    private const string WakeReminder = "drive";
    private const int HistoryMax = 100;
    private static readonly TimeSpan WakePeriod = TimeSpan.FromMinutes(1);

    private readonly IGrainFactory _grains;
    private readonly ICoordinatorWork _work;
    private readonly RunBeginnings _beginnings;
    private readonly INoiseSeeds _seeds;
    private readonly FederationOptions _options;
    private readonly SiloRoles _roles;
    private readonly TimeProvider _time;
    private readonly ILogger<FederatedCoordinatorGrain> _logger;
    private readonly RunStore _store;
    private readonly SemaphoreSlim _changing = new(1);
    private readonly CancellationTokenSource _stop;
    private readonly bool _hasReminders;
    private readonly Dictionary<string, StepReport> _heard = [];
    private IGrainTimer? _timer;

    public FederatedCoordinatorGrain(
        IGrainContext context,
        IGrainFactory grains,
        ICoordinatorWork work,
        RunBeginnings beginnings,
        INoiseSeeds seeds,
        [FromKeyedServices(CustomerStorage.ProviderName)] IGrainStorage storage,
        IOptions<FederationOptions> options,
        SiloStopping stopping,
        SiloRoles roles,
        TimeProvider time,
        IServiceProvider services,
        ILogger<FederatedCoordinatorGrain> logger)
    {
        GrainContext = context;
        (_grains, _work, _beginnings, _seeds, _options, _roles, _time, _logger) = (grains, work, beginnings, seeds, options.Value, roles, time, logger);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping.Begun);
        _store = new RunStore(new GrainRecords(storage, context.GrainId));
        _hasReminders = services.GetService<IReminderTable>() is not null;
    }

    /// <inheritdoc />
    public IGrainContext GrainContext { get; }

    private string Name => GrainContext.GrainId.Key.ToString()!;

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <inheritdoc />
    public async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await _store.LoadAsync(cancellationToken);
        if (!IsIdle)
        {
            StartDriving();
        }
    }

    /// <inheritdoc />
    public Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _stop.CancelAsync();

    /// <inheritdoc />
    public void Dispose()
    {
        _stop.Dispose();
        _changing.Dispose();
    }

    /// <inheritdoc />
    public async Task<RunStatus> StartAsync(FederatedPlan plan, CancellationToken cancellationToken)
    {
        PlanCheck.Check(plan);
        await ChangeAsync(async () =>
        {
            if (_store.Run is { HasEnded: false } running)
            {
                throw new InvalidOperationException($"Run {running.Number} of '{Name}' is under way ({running.Phase}); one run goes at a time.");
            }

            await BeginAsync(plan, scheduledFor: null);
        });
        return StatusOf(_store.Run!);
    }

    /// <inheritdoc />
    public async Task<RunStatus?> GetStatusAsync(int? run, CancellationToken cancellationToken) =>
        (run is { } number ? await _store.ReadAsync(number, cancellationToken) : _store.Run) is { } found ? StatusOf(found) : null;

    /// <inheritdoc />
    public async Task<RunStatus> CancelAsync(int run, CancellationToken cancellationToken)
    {
        await ChangeAsync(async () =>
        {
            if (_store.Run is not { HasEnded: false } running || running.Number != run)
            {
                throw new InvalidOperationException($"Run {run} of '{Name}' is not under way.");
            }

            await EndAsync(running, RunPhase.Cancelled, "Cancelled on request.");
        });
        return StatusOf(_store.Run!);
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<RunStatus>> GetHistoryAsync(int? before, int limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > HistoryMax)
        {
            throw new ArgumentException($"Limit must be 1 to {HistoryMax}, is {limit}.", nameof(limit));
        }

        var runs = ImmutableArray.CreateBuilder<RunStatus>();
        for (var number = Math.Min(before - 1 ?? _store.Latest, _store.Latest); number > 0 && runs.Count < limit; number--)
        {
            if (await _store.ReadAsync(number, cancellationToken) is { } run)
            {
                runs.Add(StatusOf(run));
            }
        }

        return runs.DrainToImmutable();
    }

    private IFederatedTrainerGrain TrainerOf(string trainer) => _grains.GetGrain<IFederatedTrainerGrain>(TrainerKey.Of(Name, trainer));

    private void StopTrainers(RunState run)
    {
        foreach (var trainer in run.Plan.Trainers)
        {
            // A trainer that does not hear of it ends its step for nobody, and removes what it has made when it begins another.
            TrainerOf(trainer).StopAsync(run.Number).Ignore();
        }
    }

    private async Task BeginAsync(FederatedPlan plan, DateTimeOffset? scheduledFor)
    {
        if (_hasReminders)
        {
            await this.RegisterOrUpdateReminder(WakeReminder, WakePeriod, WakePeriod);
        }

        var run = RunMachine.Start(_store.Latest + 1, plan, Now, Now - _options.WatermarkLag, scheduledFor, _store.Run) with { Ledger = RunLedger.Begin(Name, _store.Run) };
        await KeepAsync(() => _store.AddAsync(run));
        LogStarted(Name, _store.Latest, plan.Trainers.Length, plan.Rounds);
        StartDriving();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Federation {Name}: run {Run} starts with {Trainers} trainers for {Rounds} rounds.")]
    private partial void LogStarted(string name, int run, int trainers, int rounds);
}
