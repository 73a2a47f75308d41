using OrleansSeg.Model.Native;
using OrleansSeg.Model.Sequences;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training;

/// <summary>What training lowers: segment cross-entropy among those with a label, and beside it churn cross-entropy among buyers and the error of the log spend.</summary>
internal static class NetworkLoss
{
    /// <summary>The mean loss of some examples, summed over the members; ready to be differentiated; belongs to the caller's scope.</summary>
    public static Tensor Of(
        SegmentNetwork network, InputEncoder encoder, IReadOnlyList<Example> examples, NetworkTrainingOptions options, Generator dropout)
    {
        using var batch = encoder.Encode([.. examples.Select(example => example.Input)]);
        var truth = new Truths(
            tensor(examples.Select(example => (long)example.Label).ToArray()),
            examples.Any(example => example.Label >= 0),
            tensor(examples.Select(example => example.HasPurchased ? 1f : 0f).ToArray()),
            tensor(examples.Select(example => example.BuysAgain ? 0f : 1f).ToArray()),
            tensor(examples.Select(example => MathF.Log(1 + example.FutureSpend)).ToArray()));
        Tensor? sum = null;
        foreach (var member in network.Members)
        {
            var loss = Of(member.Forward(batch, dropout), batch.Impossible, truth, options);
            sum = sum is null ? loss : sum.Plus(loss);
        }

        return sum!;
    }

    private static Tensor Of(MemberHeads heads, Tensor impossible, Truths truth, NetworkTrainingOptions options)
    {
        // The mean over no label would be no number.
        var segmentLoss = truth.HasLabels
            ? nn.functional.cross_entropy(heads.Segments.Plus(impossible), truth.Labels, ignore_index: Example.None)
            : heads.Segments.sum().Times(0);
        var churnLoss = nn.functional.binary_cross_entropy_with_logits(heads.Churn, truth.Lapsed, weight: truth.Buyers, reduction: nn.Reduction.Sum)
            / truth.Buyers.sum().AtLeast(1);
        var spendLoss = nn.functional.smooth_l1_loss(heads.Spend, truth.Spends);
        return segmentLoss.Plus(churnLoss.Times(options.ChurnWeight)).Plus(spendLoss.Times(options.SpendWeight));
    }

    /// <summary>What happened. B examples.</summary>
    /// <param name="Labels">(B) segments; <see cref="Example.None"/> for none.</param>
    /// <param name="HasLabels">Whether one of them has a label.</param>
    /// <param name="Buyers">(B) 1 for who had bought: churn is asked of these alone.</param>
    /// <param name="Lapsed">(B) 1 for who does not buy again.</param>
    /// <param name="Spends">(B) log(1 + spend).</param>
    private sealed record Truths(Tensor Labels, bool HasLabels, Tensor Buyers, Tensor Lapsed, Tensor Spends);
}
