using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Text.Vectors;
using OrleansSeg.Model.Tuning;

namespace OrleansSeg.Model.Training;

/// <summary>Trains our model: what reads its titles, then the network, then calibration and decision weights; and once more on all that is known.</summary>
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
    /// <value>Default <c>model</c>.</value>
    public string Name { get; init; } = "model";

    /// <inheritdoc />
    public string Engine => "TorchSharp";

    /// <inheritdoc />
    ITunedForecaster IForecasterTrainer.Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        Tune(train, validation, seed, progress, cancellationToken);

    /// <summary>Trains once, and stops and calibrates on validation.</summary>
    /// <inheritdoc cref="IForecasterTrainer.Fit"/>
    public SegmentModel Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        Tune(train, validation, seed, progress, cancellationToken).Model;

    /// <summary>Trains as <see cref="Fit"/> does, and keeps what it takes to train again.</summary>
    /// <inheritdoc cref="IForecasterTrainer.Fit"/>
    internal TunedModel Tune(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        var normalizer = FeatureNormalizer.Fit([.. train.Examples.Select(example => example.Input.Aggregates)]);
        var texts = _texts.Fit(train.Examples, _shape.TextWidth, seed, progress, cancellationToken);
        try
        {
            var config = _shape with
            {
                AggregateWidth = normalizer.Width, Segments = train.Scheme.Count, FeatureNames = AggregateFeatures.Names, TextWidth = texts.Dimension,
            };
            var encoder = new InputEncoder(config, train.Scheme, normalizer, texts);
            var (network, epochs) = new NetworkTrainer(encoder, _options, Name).Train(config, train, validation, seed, progress, cancellationToken);
            var shares = MemberShares.Fit(network, config, encoder, validation);
            shares.FoldInto(network);
            return new TunedModel(Calibrate(network, encoder, config, normalizer, texts, validation), _options, epochs, shares, Name);
        }
        catch
        {
            texts.Dispose();
            throw;
        }
    }

    private static SegmentModel Calibrate(
        SegmentNetwork network, InputEncoder encoder, NetworkConfig config, FeatureNormalizer normalizer, IModelTexts texts, ExampleSet validation)
    {
        var heads = NetworkForecasts.Run(network, encoder, [.. validation.Examples.Select(example => example.Input)]);
        var calibration = Calibration.Fit(heads, validation.Examples);
        var weights = DecisionWeights.Fit(
            [.. heads.Zip(validation.Examples).Where(pair => pair.Second.Label >= 0).Select(pair => calibration.Segments.Apply(pair.First.Logits))],
            [.. validation.Labelled().Examples.Select(example => example.Label)],
            validation.Scheme.Count);
        return new SegmentModel(validation.Scheme, config, normalizer, texts, network, calibration, [.. weights]);
    }
}
