using OrleansSeg.Model.Native;
using OrleansSeg.Model.Sequences;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training;

/// <summary>What training lowers: segment cross-entropy, and beside it churn cross-entropy among buyers and the error of the log spend.</summary>
internal static class NetworkLoss
{
    /// <summary>The mean loss of some examples, ready to be differentiated; belongs to the caller's scope.</summary>
    public static Tensor Of(
        SegmentNetwork network, InputEncoder encoder, IReadOnlyList<Example> examples, NetworkTrainingOptions options, Generator dropout)
    {
        using var batch = encoder.Encode([.. examples.Select(example => example.Input)]);
        var (segments, churn, spend) = network.Forward(batch, dropout);
        var labels = tensor(examples.Select(example => (long)example.Label).ToArray());
        var loss = nn.functional.cross_entropy(segments, labels);

        var buyers = tensor(examples.Select(example => example.HasPurchased ? 1f : 0f).ToArray());
        var lapsed = tensor(examples.Select(example => example.BuysAgain ? 0f : 1f).ToArray());
        var churnLoss = nn.functional.binary_cross_entropy_with_logits(churn, lapsed, weight: buyers, reduction: nn.Reduction.Sum) / buyers.sum().AtLeast(1);
        var spends = tensor(examples.Select(example => MathF.Log(1 + example.FutureSpend)).ToArray());
        return loss.Plus(churnLoss.Times(options.ChurnWeight)).Plus(nn.functional.smooth_l1_loss(spend, spends).Times(options.SpendWeight));
    }
}
