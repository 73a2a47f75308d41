using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Transformer;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Compression;

/// <summary>How much each head and each neuron matters to what a model tells of texts. B texts, T tokens, H width, X width of vectors, L labels.</summary>
/// <remarks>
/// The squared gradient of the model's own log-likelihood by a unit's gate, averaged over texts: the gate's Fisher information, which is
/// what closing it costs, to first order (Molchanov et al. 2019, arXiv:1906.10771, eq. 8; the gates of Michel et al. 2019). Labels are drawn
/// from the model itself, so that texts need none; a vector is told with a deviation of 1 in each direction. As in Michel et al., a layer's
/// scores are divided by their norm.
/// </remarks>
public static class UnitImportance
{
    private const int TextsPerBatch = 16;

    /// <summary>Scores of all units; the same texts and seed give the same scores.</summary>
    /// <param name="model">The model.</param>
    /// <param name="texts">Token ids of texts, at least one.</param>
    /// <param name="seed">Seed of what is drawn.</param>
    /// <param name="progress">Told of the share done; may be null.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public static IReadOnlyDictionary<Unit, double> Of(TextModel model, IReadOnlyList<int[]> texts, int seed, Action<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(texts);
        using var threads = TorchThreads.Fix(Environment.ProcessorCount);
        using var random = new Generator((ulong)seed);
        using var gates = new UnitGates(model.Encoder);
        var sums = new Dictionary<(int Layer, bool IsHead), double[]>();
        var done = 0;
        foreach (var batch in texts.OrderBy(text => text.Length).Chunk(TextsPerBatch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var tokens = TokenBatch.Of(batch, model.Config.PaddingId);
            gates.Open(batch.Length);
            var likelihood = LogLikelihood(model, model.Encoder.Forward(tokens, null, gates), tokens, random);
            likelihood.backward();
            foreach (var (layer, isHead, values) in gates.Values)
            {
                var squares = values.grad!.Squared().sum([0L]).to(float64).data<double>().ToArray(); // (B, units) -> (units)
                var sum = sums.TryGetValue((layer, isHead), out var known) ? known : sums[(layer, isHead)] = new double[squares.Length];
                System.Numerics.Tensors.TensorPrimitives.Add(sum, squares, sum);
            }

            done += batch.Length;
            progress?.Invoke((double)done / texts.Count);
        }

        foreach (var weight in model.Encoder.parameters().Concat(model.Head?.parameters() ?? []).Where(weight => weight.grad is not null))
        {
            weight.grad = null;
        }

        return sums.SelectMany(pair => Divided(pair.Value).Select((score, index) => (new Unit(pair.Key.Layer, pair.Key.IsHead, index), score))).ToDictionary();
    }

    private static IEnumerable<double> Divided(double[] sums)
    {
        var roots = Array.ConvertAll(sums, Math.Sqrt);
        var norm = Math.Sqrt(roots.Sum(root => root * root));
        return roots.Select(root => norm > 0 ? root / norm : 0);
    }

    // The sum over the texts, so that each text's gates have the gradient of its own.
    private static Tensor LogLikelihood(TextModel model, Tensor states, TokenBatch tokens, Generator random)
    {
        switch (model.Head)
        {
            case TokenHead head:
                return OfDrawn(head.Forward(states).flatten(0, 1).index_select(0, tokens.Mask.flatten().nonzero().flatten()), random); // (real tokens, L)
            case SequenceHead head:
                return OfDrawn(head.Forward(states), random); // (B, L)
            default:
                var vectors = model.Pooling.Forward(states, tokens.Mask); // (B, X)
                return (vectors * randn(vectors.shape, generator: random)).sum();
        }
    }

    private static Tensor OfDrawn(Tensor logits, Generator random)
    {
        var log = logits.log_softmax(1);
        var drawn = log.detach().exp().multinomial(1, generator: random);
        return log.gather(1, drawn).sum();
    }
}
