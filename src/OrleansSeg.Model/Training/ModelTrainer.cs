using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Text;

namespace OrleansSeg.Model.Training;

/// <summary>Trains our model: title vectors from the shop's own orders, then the network, then calibration and decision weights.</summary>
/// <remarks>
/// Classes are trained at their natural frequencies, so that probabilities mean what they say, and corrected for drift on validation
/// (<see cref="Recalibration"/>); the imbalance is met where segments are decided, by weights fitted on validation to raise macro-F1
/// (<see cref="DecisionWeights"/>).
/// </remarks>
public sealed class ModelTrainer : IForecasterTrainer
{
    private const int TextPairsMax = 60_000;
    private const int TextEpochs = 3;
    private const int VocabularyMax = 4_000;

    private readonly NetworkConfig _shape;
    private readonly NetworkTrainingOptions _options;

    /// <summary>Makes the trainer.</summary>
    /// <param name="shape">The network's shape; null for the default. Widths that hang on the data are filled in.</param>
    /// <param name="options">How the network is trained; null for the default.</param>
    public ModelTrainer(NetworkConfig? shape = null, NetworkTrainingOptions? options = null) =>
        (_shape, _options) = (shape ?? new NetworkConfig(), options ?? new NetworkTrainingOptions());

    /// <inheritdoc />
    public string Name => "model";

    /// <inheritdoc />
    public string Engine => "TorchSharp";

    /// <inheritdoc />
    IForecaster IForecasterTrainer.Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        Fit(train, validation, seed, progress, cancellationToken);

    /// <inheritdoc cref="IForecasterTrainer.Fit"/>
    public SegmentModel Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        var normalizer = FeatureNormalizer.Fit([.. train.Examples.Select(example => example.Input.Aggregates)]);
        var (pairs, texts) = TextPairs.Of(train.Examples, TextPairsMax, seed);
        var titles = TitleEncoderTrainer.Train(pairs, texts, _shape.TextWidth, VocabularyMax, TextEpochs, seed, progress, cancellationToken);
        var config = _shape with
        {
            AggregateWidth = normalizer.Width, Segments = train.Scheme.Count, FeatureNames = AggregateFeatures.Names,
        };
        var encoder = new InputEncoder(config, train.Scheme, normalizer, titles);
        var network = new NetworkTrainer(encoder, _options, Name).Train(config, train, validation, seed, progress, cancellationToken);
        var heads = NetworkForecasts.Run(network, encoder, [.. validation.Examples.Select(example => example.Input)]);
        var calibration = Calibration.Fit(heads, validation.Examples);
        var weights = DecisionWeights.Fit(
            Array.ConvertAll(heads, head => calibration.Segments.Apply(head.Logits)),
            [.. validation.Examples.Select(example => example.Label)],
            train.Scheme.Count);
        return new SegmentModel(train.Scheme, config, normalizer, titles, network, calibration, [.. weights]);
    }
}
