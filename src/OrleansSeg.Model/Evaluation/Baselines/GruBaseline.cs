using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Text;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>A recurrent network over the steps alone: no aggregates, no profile, no text, nothing trained beforehand.</summary>
public sealed class GruBaseline : IForecasterTrainer
{
    private static readonly NetworkConfig Shape = new() { UseAggregates = false, TextWidth = 0 };

    /// <inheritdoc />
    public string Name => "gru";

    /// <inheritdoc />
    public string Engine => "TorchSharp";

    /// <inheritdoc />
    public IForecaster Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        var normalizer = FeatureNormalizer.Fit([.. train.Examples.Select(example => example.Input.Aggregates)]);
        var config = Shape with { AggregateWidth = normalizer.Width, Segments = train.Scheme.Count, FeatureNames = AggregateFeatures.Names };
        var encoder = new InputEncoder(config, train.Scheme, normalizer, new NoTextEncoder(0));
        var network = new NetworkTrainer(encoder, new NetworkTrainingOptions(), Name).Train(config, train, validation, seed, progress, cancellationToken);
        var heads = NetworkForecasts.Run(network, encoder, [.. validation.Examples.Select(example => example.Input)]);
        return new Fitted(network, encoder, Calibration.Fit(heads, validation.Examples));
    }

    private sealed class Fitted(SegmentNetwork network, InputEncoder encoder, Calibration calibration) : IForecaster
    {
        public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs) =>
            Array.ConvertAll(NetworkForecasts.Run(network, encoder, inputs), calibration.ToForecast);

        public void Dispose() => network.Dispose();
    }
}
