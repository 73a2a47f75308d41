using OrleansSeg.Model.Native;
using OrleansSeg.Model.Sequences;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training;

/// <summary>The steps of every training: a whole one on one machine, a trainer's part of a federated round, a baseline's.</summary>
/// <remarks>
/// It starts from the weights it is given with an optimizer that remembers nothing, and everything random in it hangs on its seed: the
/// same inputs give bitwise the same weights on one machine with one thread count. Beside the latest weights it keeps their running
/// average (Polyak and Juditsky 1992).
/// </remarks>
internal sealed class TrainingLoop : IDisposable
{
    private readonly InputEncoder _encoder;
    private readonly NetworkTrainingOptions _options;
    private readonly RateSchedule _rates;
    private readonly IStepRule? _rule;
    private readonly List<(string Name, Parameter Weight)> _trained;
    private readonly IStepGradients _gradients;
    private readonly SegmentNetwork _network;
    private readonly IWeightSteps _optimizer;
    private readonly Generator _dropout;

    /// <summary>Makes the loop.</summary>
    /// <param name="create">Makes the network as training begins; called twice.</param>
    /// <param name="encoder">Turns examples into tensors.</param>
    /// <param name="gradients">Where gradients come from.</param>
    /// <param name="options">Rates and bounds.</param>
    /// <param name="rates">The learning rate over the steps.</param>
    /// <param name="seed">Seed of the dropout.</param>
    /// <param name="rule">What else is done to gradients; null for nothing.</param>
    public TrainingLoop(
        Func<SegmentNetwork> create,
        InputEncoder encoder,
        IStepGradients gradients,
        NetworkTrainingOptions options,
        RateSchedule rates,
        int seed,
        IStepRule? rule = null)
    {
        LibTorch.EnsureLoadable();
        (_encoder, _gradients, _options, _rates, _rule) = (encoder, gradients, options, rates, rule);
        (_network, Averaged) = (create(), create());
        _dropout = new Generator((ulong)seed + 1);
        _trained = [.. _network.named_parameters().Where(pair => pair.parameter.requires_grad)
            .OrderBy(pair => pair.name, StringComparer.Ordinal).Select(pair => (pair.name, pair.parameter))];
        var weights = new TrainedGroup([.. _network.parameters().Where(weight => weight.requires_grad)], 1, options.WeightDecay);
        _optimizer = options.Optimizer == OptimizerKind.Sgd ? new GradientSteps([weights]) : new AdamSteps([weights]);
    }

    /// <summary>The running average of the weights; the latest ones where averaging is off.</summary>
    public SegmentNetwork Averaged { get; }

    /// <summary>Steps taken.</summary>
    public int Steps { get; private set; }

    /// <summary>Passes over the examples once, or up to so many steps.</summary>
    /// <param name="stepsMax">Most steps since the loop began.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <returns>The mean loss of the steps; NaN when there was none.</returns>
    public double RunEpoch(int stepsMax, CancellationToken cancellationToken)
    {
        var (lossSum, before) = (0.0, Steps);
        foreach (var batch in _gradients.NextEpoch())
        {
            if (Steps == stepsMax)
            {
                break;
            }

            cancellationToken.ThrowIfCancellationRequested();
            lossSum += Step(batch);
            Steps++;
            Average();
        }

        return lossSum / (Steps - before);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _optimizer.Dispose();
        _dropout.Dispose();
        _network.Dispose();
        Averaged.Dispose();
    }

    private double Step(IReadOnlyList<Example> examples)
    {
        using var scope = NewDisposeScope();
        _optimizer.ZeroGradients();
        var loss = _gradients.Compute(_network, _encoder, examples, _options, _dropout, _trained);
        _rule?.Apply(_trained);
        _optimizer.Step(_options.LearningRate * _rates.At(Steps));
        return loss;
    }

    private void Average()
    {
        // Early on the average forgets faster, so that it is not held back by where the weights began.
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var decay = Math.Min(_options.AveragingDecay, (1.0 + Steps) / (10.0 + Steps));
        foreach (var (mean, latest) in Averaged.parameters().Zip(_network.parameters()))
        {
            mean.lerp_(latest, 1 - decay);
        }
    }
}
