using System.Globalization;
using System.Security.Cryptography;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Text;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>The model of a run: the base that every trainer loads, and what is served in the end.</summary>
public static class GlobalModel
{
    /// <summary>The base of a run: what was fitted, and weights to start from.</summary>
    /// <param name="scheme">The model's scheme.</param>
    /// <param name="normalizer">Fitted on all sites' statistics.</param>
    /// <param name="seed">Seed of new weights.</param>
    /// <param name="before">The model in service, whose titles and vocabulary are kept and whose weights are where shapes still fit; null for none.</param>
    /// <param name="shape">The network's shape where there is no model before; null for the default.</param>
    /// <remarks>
    /// A first model reads no titles: a vocabulary is made of texts, and no site's texts may leave it. With a base that knows titles, of
    /// public texts or of one site that agrees to it, they are read; so they are with a base that has a text encoder, published or made of
    /// such texts.
    /// </remarks>
    public static SegmentModel Start(
        SegmentScheme scheme, FeatureNormalizer normalizer, int seed, SegmentModel? before = null, NetworkConfig? shape = null)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(normalizer);
        var texts = before?.Texts.Share() ?? TitleEncoder.None;
        var config = (before?.Config ?? shape ?? NetworkConfig.Default) with
        {
            AggregateWidth = normalizer.Width, Segments = scheme.Count, FeatureNames = AggregateFeatures.Names, TextWidth = texts.Dimension,
        };
        var network = new SegmentNetwork(config, seed);
        if (before is not null)
        {
            CopyFitting(before, scheme, network);
        }

        var nothing = FinishState.Start(scheme.Count);
        return new SegmentModel(scheme, config, normalizer, texts, network, nothing.Calibration, [.. nothing.Weights]);
    }

    /// <summary>All weights of a model as one vector, see <see cref="WeightLayout"/>.</summary>
    public static float[] WeightsOf(SegmentModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return WeightLayout.Of(model.Network).Read(model.Network);
    }

    /// <summary>(P) the weights of a model that travel.</summary>
    public static float[] SharedWeightsOf(SegmentModel model, SharedScope scope)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(scope);
        return scope.SharedOf(WeightLayout.Of(model.Network)).Read(WeightsOf(model));
    }

    /// <summary>The model that is served: the base with other weights, calibrated.</summary>
    /// <param name="baseModel">The run's base.</param>
    /// <param name="scope">Which weights travel.</param>
    /// <param name="weights">(P) the shared weights.</param>
    /// <param name="siteWeights">(Q) the weights of the site it will serve; null for the base's.</param>
    /// <param name="finished">Calibration and decision weights.</param>
    public static SegmentModel Finish(
        SegmentModel baseModel, SharedScope scope, ReadOnlySpan<float> weights, float[]? siteWeights, FinishState finished)
    {
        ArgumentNullException.ThrowIfNull(baseModel);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(finished);
        var layout = WeightLayout.Of(baseModel.Network);
        var whole = layout.Read(baseModel.Network);
        scope.SharedOf(layout).Write(weights, whole);
        if (siteWeights is not null)
        {
            scope.SiteOf(layout).Write(siteWeights, whole);
        }

        var network = new SegmentNetwork(baseModel.Config, seed: 0);
        layout.Write(network, whole);
        return new SegmentModel(
            baseModel.Scheme, baseModel.Config, baseModel.Normalizer, baseModel.Texts.Share(), network, finished.Calibration, [.. finished.Weights]);
    }

    /// <summary>The card of a finished model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="statistics">Merged statistics that it was fitted on; their hash is the data's fingerprint.</param>
    /// <param name="span">Merged span of the data.</param>
    /// <param name="plan">Cutoffs.</param>
    /// <param name="schemes">Labels and counts.</param>
    /// <param name="validation">Merged figures of the finished model on validation.</param>
    /// <param name="lineage">Where it comes from.</param>
    public static ModelCard Describe(
        SegmentModel model,
        FitStatistics statistics,
        DataSpan span,
        DataPlan plan,
        FittedSchemes schemes,
        ScoreSums validation,
        ModelLineage lineage)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(lineage);
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(statistics.ToBytes()))[..16];
        return new ModelCard
        {
            Data = new DataSummary(
                fingerprint, span.Customers, span.Events, StartOf(span.First), StartOf(span.Last),
                lineage.Watermarks.Count > 0 ? lineage.Watermarks.Values.Max() : null),
            HorizonDays = plan.Horizon.TotalDays,
            Labels = model.Scheme.Labels,
            DroppedLabels = schemes.Dropped.ToDictionary(label => label.Key, label => checked((int)label.Value)),
            TrainingCutoffs = plan.TrainingCutoffs,
            ValidationCutoff = plan.ValidationCutoff,
            TrainingExamples = checked((int)statistics.Examples),
            ValidationExamples = checked((int)validation.Examples),
            Seed = plan.Seed,
            Parameters = model.ParameterCount,
            TextEncoder = model.TextEncoder,
            Validation = validation.ToScores(string.Create(CultureInfo.InvariantCulture, $"TorchSharp, {lineage.Strategy} over {lineage.Rounds} rounds")),
            Lineage = lineage,
        };
    }

    private static void CopyFitting(SegmentModel before, SegmentScheme scheme, SegmentNetwork network)
    {
        var (from, to) = (WeightLayout.Of(before.Network), WeightLayout.Of(network));
        var (old, whole) = (from.Read(before.Network), to.Read(network));
        var sameLabels = before.Scheme.Labels.SequenceEqual(scheme.Labels);
        foreach (var entry in to.Entries)
        {
            var known = from.Entries.FirstOrDefault(other => other.Name == entry.Name && other.Shape.SequenceEqual(entry.Shape));
            if (known is not null && (sameLabels || !SegmentNetwork.PartOf(entry.Name).StartsWith("segment.", StringComparison.Ordinal)))
            {
                old.AsSpan(known.Offset, known.Length).CopyTo(whole.AsSpan(entry.Offset));
            }
        }

        to.Write(network, whole);
    }

    private static DateTimeOffset StartOf(DateOnly? day) => new(day!.Value.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
