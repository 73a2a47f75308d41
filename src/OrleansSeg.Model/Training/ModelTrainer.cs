using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Text.Vectors;
using OrleansSeg.Model.Tuning;

namespace OrleansSeg.Model.Training;

/// <summary>Trains our model: what reads its titles, then the network, then calibration and decision weights.</summary>
/// <remarks>
/// Classes are trained at their natural frequencies, so that probabilities mean what they say, and corrected for drift on validation
/// (<see cref="Recalibration"/>); the imbalance is met where segments are decided, by weights fitted on validation to raise macro-F1
/// (<see cref="DecisionWeights"/>).
/// </remarks>
public sealed class ModelTrainer : IForecasterTrainer
{
    private readonly NetworkConfig _shape;
    private readonly NetworkTrainingOptions _options;
    private readonly IModelTextsTrainer _texts;

    /// <summary>Makes the trainer.</summary>
    /// <param name="shape">The network's shape; null for the default. Widths that hang on the data are filled in.</param>
    /// <param name="options">How the network is trained; null for the default.</param>
    /// <param name="texts">What texts are read with; null for <see cref="OwnTitles"/>.</param>
    public ModelTrainer(NetworkConfig? shape = null, NetworkTrainingOptions? options = null, IModelTextsTrainer? texts = null) =>
        (_shape, _options, _texts) = (shape ?? NetworkConfig.Default, options ?? new NetworkTrainingOptions(), texts ?? new OwnTitles());

    /// <summary>What is set about the model.</summary>
    public NetworkSettings Settings => new(_shape, _options);

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
        var texts = _texts.Fit(train.Examples, _shape.TextWidth, seed, progress, cancellationToken);
        try
        {
            return Fit(train, validation, normalizer, texts, seed, progress, cancellationToken);
        }
        catch
        {
            texts.Dispose();
            throw;
        }
    }

    private SegmentModel Fit(
        ExampleSet train,
        ExampleSet validation,
        FeatureNormalizer normalizer,
        IModelTexts texts,
        int seed,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        var config = _shape with
        {
            AggregateWidth = normalizer.Width, Segments = train.Scheme.Count, FeatureNames = AggregateFeatures.Names, TextWidth = texts.Dimension,
        };
        var encoder = new InputEncoder(config, train.Scheme, normalizer, texts);
        var network = new NetworkTrainer(encoder, _options, Name).Train(config, train, validation, seed, progress, cancellationToken);
        var heads = NetworkForecasts.Run(network, encoder, [.. validation.Examples.Select(example => example.Input)]);
        var calibration = Calibration.Fit(heads, validation.Examples);
        var weights = DecisionWeights.Fit(
            [.. heads.Zip(validation.Examples).Where(pair => pair.Second.Label >= 0).Select(pair => calibration.Segments.Apply(pair.First.Logits))],
            [.. validation.Labelled().Examples.Select(example => example.Label)],
            train.Scheme.Count);
        return new SegmentModel(train.Scheme, config, normalizer, texts, network, calibration, [.. weights]);
    }
}
