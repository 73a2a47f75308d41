using OrleansSeg.Model.Sequences;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training;

/// <summary>Gradients of batches of about one length each; clipped as a whole.</summary>
internal sealed class BatchGradients : IStepGradients
{
    private readonly IReadOnlyList<Example> _examples;
    private readonly int _batchSize;
    private readonly List<int[]> _batches;
    private readonly Random _shuffle;

    /// <summary>Cuts the examples into batches.</summary>
    /// <param name="examples">At least one.</param>
    /// <param name="batchSize">Examples in a batch.</param>
    /// <param name="seed">Seed of the order.</param>
    public BatchGradients(IReadOnlyList<Example> examples, int batchSize, int seed)
    {
        (_examples, _batchSize, _shuffle) = (examples, batchSize, new Random(seed));
        _batches = BatchPlan.Of(examples, batchSize);
    }

    /// <inheritdoc />
    public int StepsPerEpoch => _batches.Count;

    /// <inheritdoc />
    public IEnumerable<IReadOnlyList<Example>> NextEpoch()
    {
        BatchPlan.Shuffle(_batches, _examples, _batchSize, _shuffle);
        return _batches.Select(batch => Array.ConvertAll(batch, i => _examples[i]));
    }

    /// <inheritdoc />
    public double Compute(
        SegmentNetwork network,
        InputEncoder encoder,
        IReadOnlyList<Example> examples,
        NetworkTrainingOptions options,
        Generator dropout,
        IReadOnlyList<(string Name, Parameter Weight)> weights)
    {
        var loss = NetworkLoss.Of(network, encoder, examples, options, dropout);
        loss.backward();

        // Each member may have the norm that one alone has.
        nn.utils.clip_grad_norm_(network.parameters().Where(weight => weight.requires_grad), options.GradientNormMax * Math.Sqrt(network.Members.Count));
        return loss.item<float>() / network.Members.Count;
    }
}
