using System.Collections.Immutable;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Segments.Discovery;

/// <summary>Finds segments in what a trained model's heads read of its customers, and makes a model that answers in them. B batch, F fused width, M members, D principal axes.</summary>
/// <remarks>
/// The fused representations of all members, one after the other, on their principal axes, are grouped by k-means. Being nearest to a centroid
/// is a linear question: of half the squared distance, -½|u - c|² = u·c - ½|c|² - ½|u|², and the last part is the same for all. So the segment
/// heads of the model are replaced, each member's by its part of the centroids, and nothing else: it is served, explained and bundled as any other.
/// </remarks>
internal static class SegmentDiscovery
{
    private const int AxesMax = 16;
    private const int CustomersMax = 20_000;

    /// <summary>Finds segments.</summary>
    /// <param name="model">The trained model; its network is changed.</param>
    /// <param name="examples">Customers to look at.</param>
    /// <param name="choice">Bounds of the number of segments.</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <param name="progress">Told of each number of segments; may be null.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>A model of its own with the report; the given one is still to be disposed.</returns>
    public static (SegmentModel Model, DiscoveryReport Report) Run(
        SegmentModel model, IReadOnlyList<Example> examples, SchemeChoice choice, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        List<Example> looked = [.. examples.OrderBy(example => StableHash.Of(example.CustomerId, seed)).Take(CustomersMax)];
        var fused = FusedOf(model, [.. looked.Select(example => example.Input)]);
        var axes = PrincipalAxes.Fit(fused, AxesMax);
        var points = fused.Select(axes.Project).ToList();
        var tried = new SortedDictionary<int, double>();
        var grouping = Grouping.Choose(
            points,
            choice.SegmentsMin,
            choice.SegmentsMax,
            seed,
            (k, stability) =>
            {
                tried.Add(k, Math.Round(stability, 4));
                progress?.Report(new TrainingProgress("discover", k - choice.SegmentsMin + 1, choice.SegmentsMax - choice.SegmentsMin + 1, double.NaN, double.NaN));
            },
            cancellationToken);

        // The largest first, as people read them.
        var (order, k) = (Enumerable.Range(0, grouping.Centroids.Length).OrderByDescending(group => grouping.Groups.Count(of => of == group)).ToArray(), grouping.Centroids.Length);
        var groups = Array.ConvertAll(grouping.Groups, group => Array.IndexOf(order, group));
        var segments = new SegmentTraits(looked).Describe(groups, k);
        var scheme = new SegmentScheme(SegmentScheme.DiscoveredName, [.. segments.Select(segment => segment.Name)], model.Scheme.Horizon, 0m);
        var heads = axes.HeadsOf([.. order.Select(group => grouping.Centroids[group])], grouping.Temperature);
        return (Replace(model, scheme, heads), new DiscoveryReport(looked.Count, Math.Round(grouping.Stability, 4), tried, segments));
    }

    /// <summary>(N, M·F) what the heads of all members read.</summary>
    internal static List<double[]> FusedOf(SegmentModel model, IReadOnlyList<Features.CustomerInput> inputs)
    {
        var rows = new double[inputs.Count][];
        using var encoded = model.Encode(inputs);
        foreach (var part in encoded.Parts)
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            var batch = part.Batch;
            var fused = cat([.. model.Network.Members.Select(member =>
                member.Fuse(member.EmbedSteps(batch), batch.Lengths, batch.Aggregates, member.EmbedProfile(batch), null))], dim: 1); // (B, M·F)
            var values = fused.to(float64).cpu().contiguous().data<double>().ToArray();
            var width = values.Length / part.Rows.Length;
            for (var row = 0; row < part.Rows.Length; row++)
            {
                rows[part.Rows[row]] = values[(row * width)..((row + 1) * width)];
            }
        }

        return [.. rows];
    }

    private static SegmentModel Replace(SegmentModel model, SegmentScheme scheme, (double[][] Weights, double[] Biases) heads)
    {
        var config = model.Config with { Segments = scheme.Count };
        var network = new SegmentNetwork(config, seed: 0);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var trained = model.Network.state_dict();
        var (members, width) = (network.Members.Count, config.FusionWidth);
        foreach (var (name, weight) in network.state_dict())
        {
            switch (SegmentNetwork.PartOf(name))
            {
                case "segment.weight":
                    // Members are averaged, so each says its part as many times as there are members.
                    var member = SegmentNetwork.MemberOf(name);
                    weight.copy_(tensor(heads.Weights.SelectMany(row => row.Skip(member * width).Take(width)).Select(value => (float)(value * members)).ToArray(), [scheme.Count, width]));
                    break;
                case "segment.bias":
                    weight.copy_(tensor(Array.ConvertAll(heads.Biases, value => (float)value)));
                    break;
                default:
                    weight.copy_(trained[name]);
                    break;
            }
        }

        var nothing = new Recalibration(1, [.. new double[scheme.Count]]);
        return new SegmentModel(
            scheme, config, model.Normalizer, model.Texts.Share(), network, model.Calibration with { Segments = nothing }, [.. Enumerable.Repeat(1.0, scheme.Count)]);
    }
}
