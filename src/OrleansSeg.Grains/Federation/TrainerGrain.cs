using Microsoft.Extensions.Logging;
using OrleansSeg.Model.Segments;
using OrleansSeg.Placement;

namespace OrleansSeg.Federation;

/// <summary>Runs one training job at a time for its site, in the background of the silo that holds this activation.</summary>
/// <remarks>A job lives as long as the silo: whoever asks for one that ended with its silo is told that there is no such job.</remarks>
[GrainType("seg.trainer"), TrainingSilos]
internal sealed partial class TrainerGrain(SiteTraining training, SiteTrials trials, SiloRoles roles, ILogger<TrainerGrain> logger) : Grain, ITrainerGrain, IDisposable
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromMinutes(2);
    private TrainingJob? _job;
    private IGrainTimer? _keepAlive;

    // Kept between trials, so that a search reads the customers once on each silo; it goes with the activation.
    private TrialReading? _reading;

    private string Site => SiteKey.Of(this.GetGrainId())!;

    /// <inheritdoc />
    public async Task<Guid> StartAsync(TrainingRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (request.Scheme is { } scheme && !SchemeChoice.TryParse(scheme, out _))
        {
            throw new ArgumentException($"Scheme is '{scheme}': {SchemeChoice.Forms}.", nameof(request));
        }

        if (request.Purpose == TrainingPurpose.Trial && _job is { Ended.IsCompleted: false } left)
        {
            // Whoever ran the search was killed: its last trial is nobody's.
            left.Cancel();
            await left.Ended.WaitAsync(cancellationToken);
        }

        if (_job is { Ended.IsCompleted: false } running)
        {
            throw new InvalidOperationException($"Job {running.Id} of site '{this.GetPrimaryKeyString()}' is still running; one job runs at a time.");
        }

        _job?.Dispose();
        _keepAlive?.Dispose();
        var (site, job) = (Site, new TrainingJob());
        _job = job;
        LogStarted(site, job.Id, request.Purpose);
        job.Start((progress, stop) => request.Purpose == TrainingPurpose.Trial
            ? TryAsync(site, request, progress, stop)
            : training.RunAsync(site, request, progress, stop));

        // The activation must outlive quiet minutes in which nobody asks how the job is doing.
        _keepAlive = this.RegisterGrainTimer(StayWhileRunning, new GrainTimerCreationOptions(TimeSpan.Zero, KeepAlive / 2));
        return job.Id;
    }

    /// <inheritdoc />
    public Task<TrainingStatus> GetStatusAsync(Guid job, int afterLine, CancellationToken cancellationToken) =>
        Task.FromResult(Find(job).GetStatus(afterLine));

    /// <inheritdoc />
    public async Task CancelAsync(Guid job, CancellationToken cancellationToken)
    {
        var found = Find(job);
        found.Cancel();
        await found.Ended.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public Task<int> CountTrialSlotsAsync(CancellationToken cancellationToken) => Task.FromResult(Math.Max(1, roles.Current.Serving(Site).Engines.Length));

    /// <inheritdoc />
    public Task<string> GetCardAsync(int version, CancellationToken cancellationToken) => training.ReadCardAsync(Site, version, cancellationToken);

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _job?.Cancel();
        await (_job?.Ended ?? Task.CompletedTask).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _job?.Dispose();
        _reading?.Dispose();
    }

    // One job runs at a time, so nobody else reads or writes the field meanwhile.
    private async Task<TrainingResult> TryAsync(string site, TrainingRequest request, IProgress<Model.Training.TrainingProgress> progress, CancellationToken stop)
    {
        if (_reading?.IsOf(request) != true)
        {
            _reading?.Dispose();
            _reading = null;
            _reading = await trials.ReadAsync(site, request, progress, stop);
        }

        return await SiteTrials.RunAsync(_reading, request, progress, stop);
    }

    private TrainingJob Find(Guid job) => _job is { } held && held.Id == job
        ? held
        : throw new KeyNotFoundException($"Site '{this.GetPrimaryKeyString()}' has no training job {job}; it may have ended with its silo.");

    private Task StayWhileRunning(CancellationToken cancellationToken)
    {
        if (_job is { Ended.IsCompleted: false })
        {
            DelayDeactivation(KeepAlive);
        }
        else
        {
            _keepAlive?.Dispose();
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Site {Site}: job {Job} ({Purpose}) starts.")]
    private partial void LogStarted(string site, Guid job, TrainingPurpose purpose);
}
