using System.Collections.Immutable;

namespace OrleansSeg.Model.Segments;

/// <summary>The set of segments a model tells apart, with what labelling needs; stored with the bundle.</summary>
/// <param name="Name">Scheme name, <c>predictive</c> by default.</param>
/// <param name="Labels">Segment names in the order of the model's logits; labels a data set never shows are left out.</param>
/// <param name="Horizon">How far after the cutoff the label looks.</param>
/// <param name="HighValueThreshold">Future spend at or above which a spender is <c>high_value</c>, in the site's currency.</param>
public sealed record SegmentScheme(string Name, ImmutableArray<string> Labels, TimeSpan Horizon, decimal HighValueThreshold)
{
    /// <summary>Name of the default scheme, whose labels <see cref="PredictiveLabels"/> gives.</summary>
    public const string PredictiveName = "predictive";

    /// <summary>Segments (S).</summary>
    public int Count => Labels.Length;

    /// <summary>Position of a label among the logits, or -1 when this scheme lacks it.</summary>
    public int IndexOf(string label) => Labels.IndexOf(label);
}
