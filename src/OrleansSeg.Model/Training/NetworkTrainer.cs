using OrleansSeg.Model.Native;
using OrleansSeg.Model.Sequences;
using TorchSharp;
using static TorchSharp.torch;

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

    /// <summary>Peak learning rate of AdamW.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101).</summary>
    public double WeightDecay { get; init; } = 1e-2;

    /// <summary>Weight of the churn loss beside the segment loss.</summary>
    public double ChurnWeight { get; init; } = 0.5;

    /// <summary>Weight of the spend loss beside the segment loss.</summary>
    public double SpendWeight { get; init; } = 0.1;

    /// <summary>Share of the averaged weights that each step keeps, once warmed up; 0 for no averaging.</summary>
    public double AveragingDecay { get; init; } = 0.998;

    /// <summary>Largest norm of the gradient.</summary>
    public double GradientNormMax { get; init; } = 1.0;
}

/// <summary>Trains one network with early stopping on validation log loss.</summary>
/// <remarks>
/// Validation log loss is taken after <see cref="Evaluation.Recalibration"/>, as forecasts are. What is validated and kept is a running average of the weights (Polyak and Juditsky 1992), which is steadier than any one step.
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

    /// <summary>Trains and returns the network as it was when validation was best.</summary>
    /// <exception cref="OperationCanceledException">Training was stopped between two batches.</exception>
    public SegmentNetwork Train(
        NetworkConfig config, ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        using var network = new SegmentNetwork(config, seed);
        var averaged = new SegmentNetwork(config, seed);
        using var dropout = new Generator((ulong)seed + 1);
        using var best = new KeptWeights();
        using var optimizer = optim.AdamW(network.parameters(), lr: _options.LearningRate, weight_decay: _options.WeightDecay);
        var batches = BatchPlan.Of(train.Examples, _options.BatchSize);
        var shuffle = new Random(seed);
        var (bestLoss, sinceBest, step) = (double.PositiveInfinity, 0, 0);
        var steps = batches.Count * _options.EpochsMax;
        for (var epoch = 1; epoch <= _options.EpochsMax && sinceBest < _options.Patience; epoch++)
        {
            var lossSum = 0.0;
            BatchPlan.Shuffle(batches, train.Examples, shuffle);
            foreach (var batch in batches)
            {
                cancellationToken.ThrowIfCancellationRequested();
                SetRate(optimizer, step++, steps);
                lossSum += TrainBatch(network, optimizer, [.. batch.Select(i => train.Examples[i])], dropout);
                Average(averaged, network, step);
            }

            var loss = NetworkForecasts.LogLoss(averaged, _encoder, validation);
            progress?.Report(new TrainingProgress(_stage, epoch, _options.EpochsMax, lossSum / batches.Count, loss));
            sinceBest = loss < bestLoss - 1e-5 ? 0 : sinceBest + 1;
            if (sinceBest == 0)
            {
                bestLoss = loss;
                best.Keep(averaged);
            }
        }

        best.Restore(averaged);
        return averaged;
    }

    private double TrainBatch(SegmentNetwork network, optim.Optimizer optimizer, IReadOnlyList<Example> examples, Generator dropout)
    {
        using var scope = NewDisposeScope();
        using var batch = _encoder.Encode([.. examples.Select(example => example.Input)]);
        var (segments, churn, spend) = network.Forward(batch, dropout);
        var labels = tensor(examples.Select(example => (long)example.Label).ToArray());
        var loss = nn.functional.cross_entropy(segments, labels);

        var buyers = tensor(examples.Select(example => example.HasPurchased ? 1f : 0f).ToArray());
        var lapsed = tensor(examples.Select(example => example.BuysAgain ? 0f : 1f).ToArray());
        var churnLoss = nn.functional.binary_cross_entropy_with_logits(churn, lapsed, weight: buyers, reduction: nn.Reduction.Sum) / buyers.sum().clamp(min: 1);
        var spends = tensor(examples.Select(example => MathF.Log(1 + example.FutureSpend)).ToArray());
        loss = loss + (churnLoss * _options.ChurnWeight) + (nn.functional.smooth_l1_loss(spend, spends) * _options.SpendWeight);

        optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(network.parameters(), _options.GradientNormMax);
        optimizer.step();
        return loss.item<float>();
    }

    private void Average(SegmentNetwork averaged, SegmentNetwork network, int step)
    {
        // Early on the average forgets faster, so that it is not held back by where the weights began.
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var decay = Math.Min(_options.AveragingDecay, (1.0 + step) / (10.0 + step));
        foreach (var (mean, latest) in averaged.parameters().Zip(network.parameters()))
        {
            mean.lerp_(latest, 1 - decay);
        }
    }

    private void SetRate(optim.Optimizer optimizer, int step, int steps)
    {
        // A short linear warm-up, then a cosine down to a hundredth of the peak.
        var warmUp = Math.Max(1, steps / 20);
        var share = step < warmUp ? (step + 1.0) / warmUp : 0.5 * (1 + Math.Cos(Math.PI * (step - warmUp) / Math.Max(1, steps - warmUp)));
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = _options.LearningRate * Math.Max(share, 0.01);
        }
    }
}
