using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Sequences;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Inference.Sanity;

/// <summary>Which parts of one customer's input stay; the others are put back to where attributions begin. T steps, W aggregates.</summary>
/// <param name="Steps">(T) steps.</param>
/// <param name="Aggregates">(W) normalized aggregates and indicators.</param>
/// <param name="Profile">The profile attributes.</param>
internal sealed record KeptParts(bool[] Steps, bool[] Aggregates, bool Profile);

/// <summary>What a network says of one customer with parts of the input removed. R removals, H hidden, S segments.</summary>
internal static class FactorRemoval
{
    /// <summary>The probability of one segment after each removal.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batch">One customer.</param>
    /// <param name="segment">Index of the segment.</param>
    /// <param name="calibration">Of the segment logits.</param>
    /// <param name="removals">R removals.</param>
    public static float[] ProbabilitiesOf(
        SegmentNetwork network, EncodedBatch batch, int segment, Recalibration calibration, IReadOnlyList<KeptParts> removals)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var device = batch.Aggregates.device;
        var aggregates = batch.Aggregates * Mask(removals, kept => kept.Aggregates, device); // (1, W) -> (R, W)
        var stepsKept = Mask(removals, kept => kept.Steps, device).unsqueeze(2); // (R, T, 1)
        var profileKept = Mask(removals, kept => [kept.Profile], device); // (R, 1)
        var lengths = batch.Lengths * ones([removals.Count], dtype: int64, device: device);
        List<MemberHeads> heads = [];
        foreach (var member in network.Members)
        {
            var (steps, nothing, profile) = (member.EmbedSteps(batch), member.EmbedNothing(), member.EmbedProfile(batch));
            heads.Add(member.HeadsOf(member.Fuse(((steps - nothing) * stepsKept).Plus(nothing), lengths, aggregates, profile * profileKept, null)));
        }

        var logits = SegmentNetwork.Mean(heads, head => head.Segments).Plus(batch.Impossible).cpu().data<float>().ToArray(); // (R, S)
        return [.. logits.Chunk(logits.Length / removals.Count).Select(row => calibration.Apply(row)[segment])];
    }

    private static Tensor Mask(IReadOnlyList<KeptParts> removals, Func<KeptParts, bool[]> part, Device device) =>
        stack([.. removals.Select(kept => tensor(Array.ConvertAll(part(kept), stays => stays ? 1f : 0f), device: device))]);
}
