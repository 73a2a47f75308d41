using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace OrleansSeg.Model.Segments;

/// <summary>The set of segments a model tells apart, with what labelling needs; stored with the bundle.</summary>
/// <param name="Name">Scheme name, <c>predictive</c> by default.</param>
/// <param name="Labels">Segment names in the order of the model's logits; labels a data set never shows are left out.</param>
/// <param name="Horizon">How far after the cutoff labels, churn and spend look.</param>
/// <param name="HighValueThreshold">Predictive scheme: future spend at or above which a spender is <c>high_value</c>, in the site's currency; 0 in others.</param>
public sealed record SegmentScheme(string Name, ImmutableArray<string> Labels, TimeSpan Horizon, decimal HighValueThreshold)
{
    /// <summary>Name of the default scheme, whose labels <see cref="PredictiveLabels"/> gives.</summary>
    public const string PredictiveName = "predictive";

    /// <summary>Name of the scheme whose labels <see cref="RfmSegments"/> gives.</summary>
    public const string RfmName = "rfm";

    /// <summary>Name of the scheme whose labels are an attribute of the customers.</summary>
    public const string OwnName = "label";

    /// <summary>Name of a scheme whose segments were found in the customers themselves.</summary>
    public const string DiscoveredName = "discover";

    /// <summary>Own labels: the attribute that holds them, which the model never sees; null in other schemes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Attribute { get; init; }

    /// <summary>RFM: where the scores change; null in other schemes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RfmQuantiles? Quantiles { get; init; }

    /// <summary>Segments (S).</summary>
    public int Count => Labels.Length;

    /// <summary>Position of a label among the logits, or -1 when this scheme lacks it.</summary>
    public int IndexOf(string label) => Labels.IndexOf(label);

    /// <summary>Whether the model may see an attribute: the one that holds the labels it may not.</summary>
    /// <param name="attribute">As <c>name=value</c>.</param>
    public bool Shows(string attribute)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        return Attribute is null || !OwnLabel.IsOf(attribute, Attribute);
    }
}
