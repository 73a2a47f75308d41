using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Sequences;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Inference;

/// <summary>What each input adds to one segment's score. T steps, W aggregates, K points of the path.</summary>
/// <param name="Score">The score of the customer.</param>
/// <param name="BaseValue">The score where the path begins.</param>
/// <param name="Steps">(T) contributions.</param>
/// <param name="Aggregates">(W) contributions.</param>
/// <param name="Profile">Contribution of the profile attributes.</param>
internal sealed record Attribution(float Score, float BaseValue, float[] Steps, float[] Aggregates, float Profile);

/// <summary>Attributions that add up.</summary>
/// <remarks>
/// Sundararajan, Taly and Yan 2017, arXiv:1703.01365, along the straight path from steps of nothing, as a customer has who did nothing, zero (average)
/// aggregates and no profile. Not from zero step vectors: layer normalization jumps there, and the sum would miss the jump. Differs: the integral is taken by Gauss-Legendre quadrature, which needs few points because the network is smooth.
/// </remarks>
internal static class IntegratedGradients
{
    private const int PointCount = 32;
    private static readonly (float At, float Weight)[] Points = GaussLegendre(PointCount);

    /// <summary>Attributes one segment's score of one customer.</summary>
    /// <param name="network">The network; its weights need no gradient.</param>
    /// <param name="batch">One customer.</param>
    /// <param name="segment">Index of the segment.</param>
    /// <param name="calibration">Of the segment logits.</param>
    public static Attribution Of(SegmentNetwork network, EncodedBatch batch, int segment, Recalibration calibration)
    {
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();

        // Row 0 is where the path begins, row 1 where it ends, the others lie between: (K + 2).
        var device = batch.Aggregates.device;
        var places = tensor([0f, 1f, .. Points.Select(point => point.At)], device: device);
        var aggregates = Along(zeros_like(batch.Aggregates), batch.Aggregates, places);
        var lengths = batch.Lengths * ones_like(places, dtype: int64); // (1) -> (K + 2)
        List<MemberPath> paths = [.. network.Members.Select(member => MemberPath.Of(member, batch, places))];
        List<MemberHeads> heads = [.. paths.Select(path => path.Member.HeadsOf(path.Member.Fuse(path.Steps, lengths, aggregates, path.Profile, null)))];
        var logits = SegmentNetwork.Mean(heads, head => head.Segments);
        var biases = tensor(calibration.Biases.Select(bias => (float)bias).ToArray(), device: device);
        var scores = Score(logits.Over(calibration.Temperature).Plus(biases).Plus(batch.Impossible), batch.Impossible, segment); // (K + 2)
        var slopes = autograd.grad([scores.sum()], [aggregates, .. paths.Select(path => path.Steps), .. paths.Select(path => path.Profile)], allow_unused: true);
        var weights = tensor([0f, 0f, .. Points.Select(point => point.Weight)], device: device);
        var values = scores.detach().cpu().data<float>().ToArray();

        // Every member has vectors of its own for the same steps: what they add to the score is added up.
        var steps = zeros([batch.Types.shape[1]], device: device);
        var profile = 0f;
        for (var i = 0; i < paths.Count; i++)
        {
            steps = steps.Plus(Integrate(slopes[1 + i], weights, paths[i].StepsChange).sum(-1).flatten());
            profile += Integrate(slopes[1 + paths.Count + i], weights, paths[i].ProfileChange).sum().item<float>();
        }

        return new Attribution(
            values[1], values[0], steps.cpu().data<float>().ToArray(), Integrate(slopes[0], weights, batch.Aggregates).flatten().cpu().data<float>().ToArray(), profile);
    }

    /// <summary>One member's inputs at every place of the path.</summary>
    /// <param name="Member">The member.</param>
    /// <param name="StepsChange">(1, T, H) its step vectors less where the path begins.</param>
    /// <param name="ProfileChange">(1, ·) its profile vector, from zero.</param>
    /// <param name="Steps">(K + 2, T, H) along the path.</param>
    /// <param name="Profile">(K + 2, ·) along the path.</param>
    private sealed record MemberPath(NetworkMember Member, Tensor StepsChange, Tensor ProfileChange, Tensor Steps, Tensor Profile)
    {
        public static MemberPath Of(NetworkMember member, EncodedBatch batch, Tensor places)
        {
            var (steps, nothing, profile) = (member.EmbedSteps(batch).detach(), member.EmbedNothing().detach(), member.EmbedProfile(batch).detach());
            return new MemberPath(member, steps - nothing, profile, Along(nothing, steps, places), Along(zeros_like(profile), profile, places));
        }
    }

    private static Tensor Along(Tensor start, Tensor end, Tensor places) =>
        ((end - start) * Rows(places, end.dim())).Plus(start).detach().requires_grad_(true);

    // The log of the odds; where the rule leaves one label alone there are no odds, and its logit stands for them.
    private static Tensor Score(Tensor logits, Tensor impossible, int segment)
    {
        var others = impossible.Is(0).sum().item<long>() > 1;
        var chosen = logits.select(1, segment);
        if (!others)
        {
            return chosen;
        }

        var mask = zeros_like(impossible);
        mask[0, segment] = SegmentNetwork.ImpossibleLogit;
        return chosen - logits.Plus(mask).logsumexp(1);
    }

    // What a member does not read has no slope.
    private static Tensor Integrate(Tensor? slopes, Tensor weights, Tensor change) => slopes is null || slopes.IsInvalid
        ? zeros_like(change)
        : (slopes * Rows(weights, change.dim())).sum(0, keepdim: true) * change;

    // (N) -> (N, 1, ..) of as many dimensions.
    private static Tensor Rows(Tensor values, long dimensions)
    {
        while (values.dim() < dimensions)
        {
            values = values.unsqueeze(-1);
        }

        return values;
    }

    /// <summary>Points and weights on [0, 1]: roots of the Legendre polynomial by Newton's method.</summary>
    private static (float At, float Weight)[] GaussLegendre(int count)
    {
        var points = new (float, float)[count];
        for (var i = 0; i < count; i++)
        {
            var root = Math.Cos(Math.PI * (i + 0.75) / (count + 0.5));
            double slope = 0;
            for (var iteration = 0; iteration < 100; iteration++)
            {
                var (value, before) = (1.0, 0.0);
                for (var degree = 1; degree <= count; degree++)
                {
                    (value, before) = ((((2 * degree) - 1) * root * value - ((degree - 1) * before)) / degree, value);
                }

                slope = count * ((root * value) - before) / ((root * root) - 1);
                root -= value / slope;
            }

            points[i] = ((float)((1 + root) / 2), (float)(1 / ((1 - (root * root)) * slope * slope)));
        }

        return points;
    }
}
