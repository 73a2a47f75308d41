using OrleansSeg.Model.Native;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training.PreTraining;

namespace OrleansSeg.Model.Training;

/// <summary>How the network is trained.</summary>
public sealed record NetworkTrainingOptions
{
    /// <summary>Passes over the training examples at most; validation stops earlier.</summary>
    public int EpochsMax { get; init; } = 8;

    /// <summary>Epochs without a better validation loss after which training stops.</summary>
    public int Patience { get; init; } = 2;

    /// <summary>Examples in a batch.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>What follows the gradients.</summary>
    /// <value>Default <see cref="OptimizerKind.AdamW"/>.</value>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101).</summary>
    public double WeightDecay { get; init; } = 1e-2;

    /// <summary>Weight of the churn loss beside the segment loss.</summary>
    public double ChurnWeight { get; init; } = 0.5;

    /// <summary>Weight of the spend loss beside the segment loss.</summary>
    public double SpendWeight { get; init; } = 0.1;

    /// <summary>Share of the averaged weights that each step keeps, once warmed up; 0 for no averaging.</summary>
    public double AveragingDecay { get; init; } = 0.998;

    /// <summary>What the sequence encoders learn before.</summary>
    /// <value>Default nothing.</value>
    public PreTrainingOptions PreTraining { get; init; } = new();

    /// <summary>Largest norm of the gradient.</summary>
    public double GradientNormMax { get; init; } = 1.0;
}

/// <summary>What follows the gradients.</summary>
public enum OptimizerKind
{
    /// <summary>Adaptive steps with decoupled weight decay.</summary>
    AdamW,

    /// <summary>Plain gradient descent without momentum.</summary>
    Sgd,
}

/// <summary>Trains one network with early stopping on validation log loss.</summary>
/// <remarks>
/// Validation log loss is taken after <see cref="Evaluation.Recalibration"/>, as forecasts are. What is validated and
/// kept is the running average of the weights, which is steadier than any one step. The steps are <see cref="TrainingLoop"/>'s: a training
/// on one machine is one trainer with one long round.
/// The same examples, options and seed give bitwise the same weights on one machine with one thread count.
/// </remarks>
public sealed class NetworkTrainer
{
    private readonly InputEncoder _encoder;
    private readonly NetworkTrainingOptions _options;
    private readonly string _stage;

    /// <summary>Makes the trainer.</summary>
    /// <param name="encoder">Turns examples into tensors.</param>
    /// <param name="options">Epochs, rates and weights.</param>
    /// <param name="stage">Name in progress lines.</param>
    public NetworkTrainer(InputEncoder encoder, NetworkTrainingOptions options, string stage)
    {
        LibTorch.EnsureLoadable();
        (_encoder, _options, _stage) = (encoder, options, stage);
    }

    /// <summary>Trains and returns the network as it was when validation was best, and after how many epochs that was.</summary>
    /// <exception cref="OperationCanceledException">Training was stopped between two batches.</exception>
    public (SegmentNetwork Network, int Epochs) Train(
        NetworkConfig config, ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        using var loop = Begin(config, train, seed, progress, cancellationToken);
        using var best = new KeptWeights();
        var (bestLoss, bestEpoch, sinceBest) = (double.PositiveInfinity, 0, 0);
        for (var epoch = 1; epoch <= _options.EpochsMax && sinceBest < _options.Patience; epoch++)
        {
            var trainingLoss = loop.RunEpoch(int.MaxValue, cancellationToken);
            var loss = NetworkForecasts.LogLoss(loop.Averaged, _encoder, validation);
            progress?.Report(new TrainingProgress(_stage, epoch, _options.EpochsMax, trainingLoss, loss));
            sinceBest = loss < bestLoss - 1e-5 ? 0 : sinceBest + 1;
            if (sinceBest == 0)
            {
                (bestLoss, bestEpoch) = (loss, epoch);
                best.Keep(loop.Averaged);
            }
        }

        return (Create(config, seed, best), bestEpoch);
    }

    /// <summary>Trains for so many epochs of the same schedule; nothing is validated.</summary>
    /// <exception cref="OperationCanceledException">Training was stopped between two batches.</exception>
    public SegmentNetwork Train(
        NetworkConfig config, ExampleSet train, int epochs, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(train);
        using var loop = Begin(config, train, seed, progress, cancellationToken);
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            var trainingLoss = loop.RunEpoch(int.MaxValue, cancellationToken);
            progress?.Report(new TrainingProgress(_stage, epoch, epochs, trainingLoss, double.NaN));
        }

        using var last = new KeptWeights();
        last.Keep(loop.Averaged);
        return Create(config, seed, last);
    }

    private TrainingLoop Begin(NetworkConfig config, ExampleSet train, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var gradients = new BatchGradients(train.Examples, _options.BatchSize, seed);
        var rates = new RateSchedule(gradients.StepsPerEpoch * _options.EpochsMax);
        using var start = new KeptWeights();
        if (_options.PreTraining.Kind != PreTrainingKind.None)
        {
            using var network = new SegmentNetwork(config, seed);
            new SequencePreTrainer(_encoder, _options.PreTraining, _stage).Train(network, train.Examples, seed, progress, cancellationToken);
            start.Keep(network);
        }

        return new TrainingLoop(() => Create(config, seed, start), _encoder, gradients, _options, rates, seed);
    }

    private static SegmentNetwork Create(NetworkConfig config, int seed, KeptWeights start)
    {
        var network = new SegmentNetwork(config, seed);
        start.Restore(network);
        return network;
    }
}
