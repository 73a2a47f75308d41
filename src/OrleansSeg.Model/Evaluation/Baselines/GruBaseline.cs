using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Text.Vectors;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>A recurrent network over the steps alone: no aggregates, no profile, no text, nothing trained beforehand.</summary>
public sealed class GruBaseline : IForecasterTrainer
{
    private readonly IForecasterTrainer _trainer = new ModelTrainer(new NetworkConfig { UseAggregates = false, TextWidth = 0 }, texts: new NoTexts()) { Name = "gru" };

    /// <inheritdoc />
    public string Name => _trainer.Name;

    /// <inheritdoc />
    public string Engine => _trainer.Engine;

    /// <inheritdoc />
    public ITunedForecaster Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        _trainer.Fit(train, validation, seed, progress, cancellationToken);
}
