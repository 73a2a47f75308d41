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

    /// <summary>Largest norm of the gradient.</summary>
    public double GradientNormMax { get; init; } = 1.0;
}

/// <summary>Trains one network with early stopping on validation log loss.</summary>
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

    /// <summary>Trains and returns the network as it was when validation was best, in evaluation mode.</summary>
    /// <exception cref="OperationCanceledException">Training was stopped between two batches.</exception>
    public SegmentNetwork Train(
        NetworkConfig config, ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        random.manual_seed(seed);
        var network = new SegmentNetwork(config);
        var batches = BatchPlan.Of(train.Examples, _options.BatchSize);
        using var optimizer = optim.AdamW(network.parameters(), lr: _options.LearningRate, weight_decay: _options.WeightDecay);
        var shuffle = new Random(seed);
        Dictionary<string, Tensor>? best = null;
        var (bestLoss, sinceBest, step) = (double.PositiveInfinity, 0, 0);
        var steps = batches.Count * _options.EpochsMax;
        for (var epoch = 1; epoch <= _options.EpochsMax && sinceBest < _options.Patience; epoch++)
        {
            network.train();
            var lossSum = 0.0;
            BatchPlan.Shuffle(batches, train.Examples, shuffle);
            foreach (var batch in batches)
            {
                cancellationToken.ThrowIfCancellationRequested();
                SetRate(optimizer, step++, steps);
                lossSum += TrainBatch(network, optimizer, [.. batch.Select(i => train.Examples[i])]);
            }

            var loss = NetworkForecasts.LogLoss(network, _encoder, validation);
            progress?.Report(new TrainingProgress(_stage, epoch, _options.EpochsMax, lossSum / batches.Count, loss));
            sinceBest = loss < bestLoss - 1e-5 ? 0 : sinceBest + 1;
            if (sinceBest == 0)
            {
                bestLoss = loss;
                Forget(best);
                best = network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone().DetachFromDisposeScope());
            }
        }

        network.load_state_dict(best!);
        Forget(best);
        network.eval();
        return network;
    }

    private double TrainBatch(SegmentNetwork network, optim.Optimizer optimizer, IReadOnlyList<Example> examples)
    {
        using var scope = NewDisposeScope();
        using var batch = _encoder.Encode([.. examples.Select(example => example.Input)]);
        var (segments, churn, spend) = network.Forward(batch);
        var labels = tensor(examples.Select(example => (long)example.Label).ToArray());
        var loss = nn.functional.cross_entropy(segments, labels);

        var buyers = tensor(examples.Select(example => example.HasPurchased ? 1f : 0f).ToArray());
        var lapsed = tensor(examples.Select(example => example.FutureSpend > 0 ? 0f : 1f).ToArray());
        var churnLoss = nn.functional.binary_cross_entropy_with_logits(churn, lapsed, weight: buyers, reduction: nn.Reduction.Sum) / buyers.sum().clamp(min: 1);
        var spends = tensor(examples.Select(example => MathF.Log(1 + example.FutureSpend)).ToArray());
        loss = loss + (churnLoss * _options.ChurnWeight) + (nn.functional.smooth_l1_loss(spend, spends) * _options.SpendWeight);

        optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(network.parameters(), _options.GradientNormMax);
        optimizer.step();
        return loss.item<float>();
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

    private static void Forget(Dictionary<string, Tensor>? state)
    {
        foreach (var value in state?.Values.ToArray() ?? [])
        {
            value.Dispose();
        }
    }
}
