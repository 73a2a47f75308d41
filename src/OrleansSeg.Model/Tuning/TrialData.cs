using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tuning;

/// <summary>What all trials of a search are fitted and validated on, read once. It holds no test examples.</summary>
public sealed class TrialData
{
    private readonly LabelledData _data;
    private readonly TrainingPlan _plan;

    private TrialData(LabelledData data, TrainingPlan plan) => (_data, _plan) = (data, plan);

    /// <summary>Hash over what was read.</summary>
    public string Fingerprint => _data.Data.Fingerprint;

    /// <summary>Examples that trials are fitted on.</summary>
    public int TrainingExamples => _data.Training.Examples.Count;

    /// <summary>Examples that trials are compared by.</summary>
    public int ValidationExamples => _data.Validation.Examples.Count;

    /// <summary>Reads as a training for service does.</summary>
    /// <param name="histories">The customers; read twice.</param>
    /// <param name="plan">Horizon, bounds and seed.</param>
    /// <param name="progress">Told of the reading; may be null.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InsufficientDataException">Too few customers or too short a history.</exception>
    public static async Task<TrialData> ReadAsync(
        HistorySource histories, TrainingPlan plan, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(histories);
        ArgumentNullException.ThrowIfNull(plan);
        return new TrialData(await ExampleReader.ReadForTrainingAsync(histories, plan, progress, cancellationToken), plan);
    }

    /// <summary>Trains our model with some settings; runs on the caller's thread.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="progress">Told of each epoch; may be null.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>Log loss on validation, in nats: what a card says of it.</returns>
    public double Fit(NetworkSettings settings, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        using var threads = TorchThreads.Fix(_plan.Threads);
        var trainer = new ModelTrainer(settings.Shape, settings.Training, _plan.Texts);
        using var model = trainer.Fit(_data.Training, _data.Validation, _plan.Seed, progress, cancellationToken);
        var held = _data.Validation.Labelled();
        var forecasts = model.Forecast([.. held.Examples.Select(example => example.Input)]);
        return Scorer.Measure(trainer.Engine, held, forecasts, [.. model.DecisionWeights], resamples: 0, _plan.Seed).LogLoss;
    }
}
