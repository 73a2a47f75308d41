using OrleansSeg.Model.Native;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training;

/// <summary>The loss of pairs that are to lie close, each apart from all others of its batch. B pairs, X width.</summary>
/// <remarks>InfoNCE (van den Oord et al. 2018, arXiv:1807.03748); differs in that it is symmetric: either side is asked for the other.</remarks>
internal static class InBatchNegatives
{
    private const double Temperature = 0.1;

    /// <summary>The mean loss; belongs to the caller's scope.</summary>
    /// <param name="one">(B, X) vectors of unit length.</param>
    /// <param name="other">(B, X) the other side of each pair.</param>
    public static Tensor LossOf(Tensor one, Tensor other)
    {
        var similarity = one.matmul(other.t()).Over(Temperature); // (B, X) x (X, B) -> (B, B)
        var diagonal = TensorNumbers.CountUp(one.shape[0]);
        return nn.functional.cross_entropy(similarity, diagonal).Plus(nn.functional.cross_entropy(similarity.t(), diagonal)).Over(2);
    }
}
