using OrleansSeg.Model.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text;

/// <summary>Trains weights so that texts bought together get vectors that lie close. B pairs of a batch, X width of the vectors.</summary>
/// <remarks>
/// Contrastive with <see cref="InBatchNegatives"/>; both sides share one encoder.
/// </remarks>
internal static class PairTraining
{
    /// <summary>Pairs in a batch.</summary>
    public const int BatchSize = 256;

    private const double LearningRate = 5e-3;

    /// <summary>Trains.</summary>
    /// <param name="weights">What is trained.</param>
    /// <param name="pairs">Pairs of what the encoder takes.</param>
    /// <param name="encode">Gives one side of a batch its vectors, of unit length: (B) -> (B, X).</param>
    /// <param name="epochs">Passes over the pairs.</param>
    /// <param name="seed">Seed of the order.</param>
    /// <param name="progress">Told of each epoch; may be null.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public static void Run<T>(
        IEnumerable<Parameter> weights,
        IReadOnlyList<(T One, T Other)> pairs,
        Func<IEnumerable<T>, Tensor> encode,
        int epochs,
        int seed,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        using var optimizer = new AdamSteps([new TrainedGroup([.. weights], 1, 0)]);
        var order = Enumerable.Range(0, pairs.Count).ToArray();
        var shuffle = new Random(seed);
        for (var epoch = 1; epoch <= epochs && pairs.Count > 1; epoch++)
        {
            shuffle.Shuffle(order);
            var (lossSum, batches) = (0.0, 0);
            foreach (var part in order.Chunk(BatchSize).Where(part => part.Length > 1))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var batchScope = NewDisposeScope();
                var one = encode(part.Select(i => pairs[i].One));
                var other = encode(part.Select(i => pairs[i].Other));
                var loss = InBatchNegatives.LossOf(one, other);
                optimizer.ZeroGradients();
                loss.backward();
                optimizer.Step(LearningRate);
                lossSum += loss.item<float>();
                batches++;
            }

            progress?.Report(new TrainingProgress("text", epoch, epochs, lossSum / batches, double.NaN));
        }
    }
}
