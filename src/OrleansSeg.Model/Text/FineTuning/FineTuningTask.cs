using System.Diagnostics;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Transformer;
using OrleansSeg.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.FineTuning;

/// <summary>One task's part of a fine-tuning; what all tasks share is done here: batches of like length, epochs, and which of them is kept.</summary>
/// <typeparam name="TPart">A text, or a part of one, with what is to be told of it.</typeparam>
/// <remarks>The same parts and seed give bitwise the same weights on one machine with one thread count.</remarks>
internal abstract class FineTuningTask<TPart>
{
    private const int BatchesPerSort = 32;

    /// <summary>What the training is called where its progress is told.</summary>
    protected abstract string Stage { get; }

    /// <summary>Token ids of a part.</summary>
    protected abstract int[] IdsOf(TPart part);

    /// <summary>A batch's mean loss.</summary>
    /// <param name="states">(B, T, H).</param>
    /// <param name="parts">(B) the parts.</param>
    /// <param name="dropout">Draws the head's dropout.</param>
    protected abstract Tensor Loss(Tensor states, TPart[] parts, Generator dropout);

    /// <summary>How well the validation texts are told, higher being better; NaN where there are none.</summary>
    protected abstract double Validate(CancellationToken cancellationToken);

    /// <summary>Trains, and leaves the weights of the epoch that validates best; of the last where none is to be chosen, or nothing to validate on.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="head">The head.</param>
    /// <param name="adapter">What is trained instead of the encoder; null for the encoder itself.</param>
    /// <param name="options">How to train.</param>
    /// <param name="parts">What to learn from; at least one.</param>
    /// <param name="progress">Told of each epoch; may be null.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public FineTuningFigures Run(
        BertEncoder encoder, nn.Module head, TextAdapter? adapter, FineTuningOptions options, IReadOnlyList<TPart> parts, IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        using var threads = TorchThreads.Fix(options.Threads);
        var clock = Stopwatch.StartNew();
        var perEpoch = (parts.Count + options.BatchSize - 1) / options.BatchSize;
        using var loop = new FineTuningLoop(encoder, head, adapter, options, perEpoch * options.Epochs);
        IEncoderAdapter? products = options.MixedPrecision ? new HalfProducts(adapter) : adapter;
        var shuffle = new Random(options.Seed);
        using var best = new KeptWeights();
        var bestScore = double.NegativeInfinity;
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            var sum = 0.0;
            var batches = Batches(parts, options.BatchSize, shuffle);
            for (var number = 0; number < batches.Length; number++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                sum += Learn(loop, encoder, products, options.HeadOnly, batches[number], number == batches.Length - 1);
            }

            var score = Validate(cancellationToken);
            progress?.Report(new TrainingProgress(Stage, epoch, options.Epochs, sum / batches.Length, score));
            if (double.IsNaN(score) || !options.ChoosesEpoch || score > bestScore)
            {
                bestScore = score;
                best.Keep(Trained(encoder, head, adapter));
            }
        }

        best.Restore(Trained(encoder, head, adapter));
        var all = encoder.parameters().Concat(head.parameters()).Sum(weight => weight.numel()) + (adapter?.WeightCount ?? 0);
        return new FineTuningFigures(loop.TrainedCount, all, clock.Elapsed, bestScore);
    }

    private static IEnumerable<(string Name, Tensor Weight)> Trained(BertEncoder encoder, nn.Module head, TextAdapter? adapter) =>
    [
        .. head.named_parameters().Select(pair => ("head." + pair.name, (Tensor)pair.parameter)),
        .. adapter is null ? encoder.named_parameters().Select(pair => (pair.name, (Tensor)pair.parameter)) : adapter.Weights.Select(pair => (pair.Name, (Tensor)pair.Weight)),
    ];

    private double Learn(FineTuningLoop loop, BertEncoder encoder, IEncoderAdapter? products, bool headOnly, TPart[] batch, bool isLast)
    {
        using var scope = NewDisposeScope();
        using var tokens = TokenBatch.Of([.. batch.Select(IdsOf)], encoder.Config.PaddingId, device: encoder.Words.device);

        // An encoder that stays as it is gives the states that it will give in use: without dropout.
        var states = encoder.Forward(tokens, headOnly ? null : loop.Dropout, products);
        return loop.Learn(Loss(states, batch, loop.Dropout), isLast);
    }

    // Texts of like length stand together, so that little is padded, and batches come in any order.
    private TPart[][] Batches(IReadOnlyList<TPart> parts, int size, Random shuffle)
    {
        var order = parts.ToArray();
        shuffle.Shuffle(order);
        var batches = order.Chunk(size * BatchesPerSort).SelectMany(some => some.OrderBy(part => IdsOf(part).Length).Chunk(size)).ToArray();
        shuffle.Shuffle(batches);
        return batches;
    }
}
