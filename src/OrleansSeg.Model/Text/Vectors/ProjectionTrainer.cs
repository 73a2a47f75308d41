using OrleansSeg.Model.Native;
using OrleansSeg.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>Fits the projection of an encoder's vectors: their principal axes, then turned so that titles bought together lie close. N texts, E width before, K of the axes, X after.</summary>
/// <remarks>
/// Vectors of a language model crowd into a narrow cone; taking their mean off and scaling their principal axes alike spreads them out
/// (Su et al. 2021, arXiv:2103.15316). The second step is the contrastive loss of <see cref="PairTraining"/> over these vectors.
/// </remarks>
internal static class ProjectionTrainer
{
    private const double VarianceMin = 1e-6;
    private const int AxesForEach = 4;

    /// <summary>Fits.</summary>
    /// <param name="vectors">(N, E) vectors of different texts.</param>
    /// <param name="pairs">Texts that were bought together, as places among the vectors.</param>
    /// <param name="width">Width wanted (X); no more than E and N allow is given.</param>
    /// <param name="epochs">Passes over the pairs; 0 leaves the principal axes as they are.</param>
    /// <param name="seed">Seed of the order.</param>
    /// <param name="progress">Told of each epoch; may be null.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public static TextProjection Fit(
        IReadOnlyList<float[]> vectors,
        IReadOnlyList<(int One, int Other)> pairs,
        int width,
        int epochs,
        int seed,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        LibTorch.EnsureLoadable();
        using var scope = NewDisposeScope();
        var given = stack(vectors.Select(vector => tensor(vector))); // (N, E)
        var mean = given.mean([0L]); // (E)
        var centred = given - mean;
        var kept = Math.Min(width, centred.shape[1]);
        var axes = PrincipalAxes(centred, Math.Min(AxesForEach * kept, centred.shape[1])); // (K, E)
        var chosen = eye(kept, axes.shape[0]); // (X, K)
        if (epochs > 0 && pairs.Count >= PairTraining.BatchSize)
        {
            chosen = Attract(centred.matmul(axes.t()), chosen, pairs, epochs, seed, progress, cancellationToken);
        }

        return new TextProjection(Values(mean), Values(chosen.matmul(axes)));
    }

    private static Tensor PrincipalAxes(Tensor centred, long width)
    {
        using var scope = NewDisposeScope();
        var doubled = centred.to(float64);
        var covariance = doubled.t().matmul(doubled).Over(Math.Max(1, centred.shape[0] - 1)); // (N, E) -> (E, E)
        var (variances, columns) = linalg.eigh(covariance); // ascending
        var largest = columns.t().flip(0)[TensorIndex.Slice(0, width)]; // (K, E)

        // An axis has no direction of its own: the largest number of each is made positive, so that every library gives the same.
        var signs = largest.take_along_dim(largest.abs().argmax(1, keepdim: true), 1).sign();
        var scale = variances.flip(0)[TensorIndex.Slice(0, width)].AtLeast(VarianceMin).rsqrt().unsqueeze(1);
        return (largest * signs * scale).to(float32).contiguous().MoveToOuterDisposeScope();
    }

    private static Tensor Attract(
        Tensor whitened,
        Tensor start,
        IReadOnlyList<(int One, int Other)> pairs,
        int epochs,
        int seed,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        var weight = new TorchSharp.Modules.Parameter(start.clone());
        PairTraining.Run([weight], pairs, places => Project(whitened, weight, places), epochs, seed, progress, cancellationToken);
        return weight.detach();
    }

    private static Tensor Project(Tensor whitened, Tensor weight, IEnumerable<int> places) =>
        nn.functional.normalize(whitened.index_select(0, tensor(places.Select(place => (long)place).ToArray())).matmul(weight.t()), p: 2, dim: 1); // (B, K) -> (B, X)

    private static float[] Values(Tensor values) => values.contiguous().data<float>().ToArray();
}
