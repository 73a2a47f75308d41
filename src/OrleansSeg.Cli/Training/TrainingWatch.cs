using System.Globalization;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Training;

/// <summary>Starts a training job and watches it to its end.</summary>
internal static class TrainingWatch
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs a job; its lines go to the progress display.</summary>
    /// <param name="output">Where progress goes.</param>
    /// <param name="session">The way to the grains.</param>
    /// <param name="request">The job.</param>
    /// <param name="cancellationToken">Cancels the job too.</param>
    /// <param name="everyLine">Whether each epoch and trial leaves a line; otherwise only the progress display tells of them.</param>
    /// <param name="seen">Gets every line of the job; null for nobody.</param>
    /// <exception cref="UsageException">The data are not enough.</exception>
    /// <exception cref="VerbFailedException">The job failed.</exception>
    public static async Task<TrainingStatus> RunAsync(
        VerbOutput output,
        ClusterSession session,
        TrainingRequest request,
        CancellationToken cancellationToken,
        bool everyLine = true,
        Action<TrainingLine>? seen = null)
    {
        var trainer = session.Grains.GetGrain<ITrainerGrain>(session.Client.Site);
        var title = request.Purpose == TrainingPurpose.Train ? "Training" : "Evaluating";
        var status = await ProgressDisplay.RunAsync(output, title, report => WatchAsync(
            trainer,
            request,
            line =>
            {
                seen?.Invoke(line);
                Show(everyLine ? output.Say : _ => { }, line, report);
            },
            cancellationToken));
        return status.State switch
        {
            TrainingState.Done => status,
            TrainingState.Failed when status.FailureIsInput => throw new UsageException(status.Failure!),
            _ => throw new VerbFailedException($"{title} failed: {status.Failure}"),
        };
    }

    /// <summary>Starts a job and waits for its end, however it ends; a stop cancels the job.</summary>
    /// <param name="trainer">Who runs it.</param>
    /// <param name="request">The job.</param>
    /// <param name="tell">Gets every line as it comes.</param>
    /// <param name="cancellationToken">Cancels the job too.</param>
    public static async Task<TrainingStatus> WatchAsync(ITrainerGrain trainer, TrainingRequest request, Action<TrainingLine> tell, CancellationToken cancellationToken)
    {
        var job = await trainer.StartAsync(request, cancellationToken);
        var seen = 0;
        while (true)
        {
            try
            {
                await Task.Delay(Pause, cancellationToken);
                var status = await trainer.GetStatusAsync(job, seen, cancellationToken);
                seen = status.LineCount;
                foreach (var line in status.Lines)
                {
                    tell(line);
                }

                if (status.State != TrainingState.Running)
                {
                    return status;
                }
            }
            catch (OperationCanceledException)
            {
                await trainer.CancelAsync(job, CancellationToken.None);
                throw;
            }
        }
    }

    private static void Show(Action<string> say, TrainingLine line, Action<double, string> report)
    {
        if (line.StepCount == 0)
        {
            // Nobody knows yet how many customers there are to read.
            report(0, string.Create(CultureInfo.InvariantCulture, $"{line.Stage} {line.Step:N0} customers"));
            return;
        }

        var validation = double.IsNaN(line.ValidationLoss) ? "" : string.Create(CultureInfo.InvariantCulture, $", validation log loss {line.ValidationLoss:F4}");
        report(line.Step / (double)line.StepCount, $"{line.Stage} {line.Step}/{line.StepCount}{validation}");
        var losses = double.IsNaN(line.TrainingLoss) ? "" : string.Create(CultureInfo.InvariantCulture, $", loss {line.TrainingLoss:F4}");
        say($"{line.Stage} {line.Step}/{line.StepCount}{losses}{validation}");
    }
}
