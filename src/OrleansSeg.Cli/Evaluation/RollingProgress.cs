using System.Globalization;
using OrleansSeg.Cli.Experiments;
using OrleansSeg.Federation;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Cli.Evaluation;

/// <summary>Says every epoch and trial of a rolling comparison, a line each, and keeps their losses. Told from any thread.</summary>
/// <param name="say">Where lines go.</param>
/// <param name="experiment">The run that keeps the curves; null for none.</param>
internal sealed class RollingProgress(Action<string> say, ExperimentRun? experiment = null) : IProgress<TrainingProgress>
{
    private readonly Lock _lock = new();

    /// <inheritdoc />
    public void Report(TrainingProgress value)
    {
        if (!double.IsFinite(value.ValidationLoss))
        {
            return;
        }

        lock (_lock)
        {
            say(string.Create(CultureInfo.InvariantCulture, $"{value.Stage} {value.Step} of {value.StepCount}, log loss {value.ValidationLoss:F4}"));
            experiment?.Add(new TrainingLine(value.Stage, value.Step, value.StepCount, value.TrainingLoss, value.ValidationLoss));
        }
    }
}
