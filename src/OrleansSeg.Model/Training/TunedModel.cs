using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Sequences;

namespace OrleansSeg.Model.Training;

/// <summary>Our model as validation left it, and what it takes to train it again on all that is known.</summary>
/// <param name="model">The model; owned.</param>
/// <param name="options">How it was trained.</param>
/// <param name="epochs">Epochs after which validation was best.</param>
/// <param name="stage">Name in progress lines.</param>
internal sealed class TunedModel(SegmentModel model, NetworkTrainingOptions options, int epochs, string stage) : ITunedForecaster
{
    /// <summary>The model.</summary>
    public SegmentModel Model => model;

    /// <summary>Epochs after which validation was best.</summary>
    public int Epochs => epochs;

    /// <inheritdoc />
    public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs) => model.Forecast(inputs);

    /// <inheritdoc />
    IForecaster ITunedForecaster.Refit(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        Refit(matured, seed, progress, cancellationToken);

    /// <inheritdoc cref="ITunedForecaster.Refit"/>
    /// <remarks>Texts are read as before; features are normalized anew, since what is recent reaches further than what validation followed.</remarks>
    public SegmentModel Refit(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var normalizer = FeatureNormalizer.Fit([.. matured.Examples.Select(example => example.Input.Aggregates)]);
        var config = model.Config with { AggregateWidth = normalizer.Width };
        var texts = model.Texts.Share();
        try
        {
            var encoder = new InputEncoder(config, model.Scheme, normalizer, texts);
            var network = new NetworkTrainer(encoder, options, $"{stage}, refitted").Train(config, matured, epochs, seed, progress, cancellationToken);
            return new SegmentModel(model.Scheme, config, normalizer, texts, network, model.Calibration, [.. model.DecisionWeights]);
        }
        catch
        {
            texts.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose() => model.Dispose();
}
