using System.Collections.Immutable;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Federation;

/// <summary>One job in the background: its progress lines, how it ended, and the way to stop it. Safe from any thread.</summary>
internal sealed class TrainingJob : IProgress<TrainingProgress>, IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<TrainingLine> _lines = [];
    private readonly CancellationTokenSource _stop = new();
    private TrainingOutcome? _outcome;

    /// <summary>Names the job.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>Ends when the work has ended, in whatever way; never fails.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the work off the grain's scheduler.</summary>
    /// <param name="work">Gets the job to report to and the token that stops it.</param>
    public void Start(Func<TrainingJob, CancellationToken, Task<TrainingResult>> work) => Ended = Task.Run(() => RunAsync(work));

    /// <summary>Asks the work to stop between two steps.</summary>
    public void Cancel() => _stop.Cancel();

    /// <inheritdoc />
    public void Report(TrainingProgress value)
    {
        lock (_gate)
        {
            _lines.Add(new TrainingLine(value.Stage, value.Step, value.StepCount, value.TrainingLoss, value.ValidationLoss));
        }
    }

    /// <summary>How the job is doing, with the lines after <paramref name="afterLine"/>.</summary>
    public TrainingStatus GetStatus(int afterLine)
    {
        lock (_gate)
        {
            var outcome = _outcome ?? TrainingOutcome.Running;
            return new TrainingStatus(
                outcome.State,
                [.. _lines.Skip(Math.Max(0, afterLine))],
                _lines.Count,
                outcome.Result?.Json,
                outcome.Result?.PublishedVersion,
                outcome.Failure,
                outcome.FailureIsInput);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _stop.Dispose();

    private async Task RunAsync(Func<TrainingJob, CancellationToken, Task<TrainingResult>> work)
    {
        var outcome = await EndAsync(work);
        lock (_gate)
        {
            _outcome = outcome;
        }
    }

    private async Task<TrainingOutcome> EndAsync(Func<TrainingJob, CancellationToken, Task<TrainingResult>> work)
    {
        try
        {
            return new TrainingOutcome(TrainingState.Done, Result: await work(this, _stop.Token));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return new TrainingOutcome(TrainingState.Cancelled, Failure: "Stopped on request; nothing of it was kept.");
        }
        catch (Exception exception) when (exception is InsufficientDataException or CheckpointException)
        {
            return new TrainingOutcome(TrainingState.Failed, Failure: exception.Message, FailureIsInput: true);
        }
        catch (Exception exception)
        {
            return new TrainingOutcome(TrainingState.Failed, Failure: exception.Message);
        }
    }

    private sealed record TrainingOutcome(
        TrainingState State, TrainingResult? Result = null, string? Failure = null, bool FailureIsInput = false)
    {
        public static TrainingOutcome Running { get; } = new(TrainingState.Running);
    }
}

/// <summary>What a job made.</summary>
/// <param name="Json">The report or the card.</param>
/// <param name="PublishedVersion">The model's version; null for an evaluation.</param>
internal sealed record TrainingResult(string Json, int? PublishedVersion);
