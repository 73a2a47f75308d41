using System.Globalization;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Cli.Evaluation;

/// <summary>Says every epoch and trial of a rolling comparison, a line each.</summary>
internal sealed class RollingProgress(Action<string> say) : IProgress<TrainingProgress>
{
    /// <inheritdoc />
    public void Report(TrainingProgress value)
    {
        if (double.IsFinite(value.ValidationLoss))
        {
            say(string.Create(CultureInfo.InvariantCulture, $"{value.Stage} {value.Step} of {value.StepCount}, log loss {value.ValidationLoss:F4}"));
        }
    }
}
