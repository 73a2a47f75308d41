using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OrleansSeg.Model.Segments;

/// <summary>Which scheme a model is to be trained for, before anything is fitted.</summary>
/// <param name="Name">Name of the scheme, see <see cref="SegmentScheme"/>.</param>
public sealed record SchemeChoice(string Name)
{
    /// <summary>How choices are written, for messages.</summary>
    public const string Forms = "predictive, rfm, label:attributes.NAME, discover or discover:MIN-MAX";

    /// <summary>Least and most segments that discovery may be asked for.</summary>
    public const int SegmentsLeast = 2, SegmentsMost = 20;

    private const string AttributePrefix = "attributes.";

    /// <summary>The default scheme.</summary>
    public static SchemeChoice Predictive { get; } = new(SegmentScheme.PredictiveName);

    /// <summary>Own labels: the attribute that holds them.</summary>
    public string? Attribute { get; init; }

    /// <summary>Discovery: fewest segments.</summary>
    public int SegmentsMin { get; init; } = 3;

    /// <summary>Discovery: most segments.</summary>
    public int SegmentsMax { get; init; } = 8;

    /// <summary>Whether the labels are an attribute of the customers.</summary>
    public bool IsOwn => Name == SegmentScheme.OwnName;

    /// <summary>Whether segments are to be found in the customers themselves.</summary>
    public bool IsDiscovered => Name == SegmentScheme.DiscoveredName;

    /// <summary>Reads a choice.</summary>
    /// <param name="text">As <see cref="ToString"/> writes it; <c>discover</c> alone takes its bounds as they are.</param>
    /// <exception cref="FormatException">It is none; the message says what is expected.</exception>
    public static SchemeChoice Parse(string text) => TryParse(text, out var choice) ? choice : throw new FormatException($"'{text}' is no scheme: {Forms}.");

    /// <summary>Reads a choice, if it is one.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SchemeChoice? choice)
    {
        var parts = (text ?? "").Split(':', 2);
        choice = (parts[0], parts.ElementAtOrDefault(1)) switch
        {
            (SegmentScheme.PredictiveName, null) => Predictive,
            (SegmentScheme.RfmName, null) => new SchemeChoice(SegmentScheme.RfmName),
            (SegmentScheme.OwnName, { Length: > 0 } attribute) => OfAttribute(attribute),
            (SegmentScheme.DiscoveredName, null) => new SchemeChoice(SegmentScheme.DiscoveredName),
            (SegmentScheme.DiscoveredName, { } bounds) => OfBounds(bounds.Split('-')),
            _ => null,
        };
        return choice is not null;
    }

    /// <inheritdoc />
    public override string ToString() => Name switch
    {
        SegmentScheme.OwnName => $"{Name}:{AttributePrefix}{Attribute}",
        SegmentScheme.DiscoveredName => string.Create(CultureInfo.InvariantCulture, $"{Name}:{SegmentsMin}-{SegmentsMax}"),
        _ => Name,
    };

    private static SchemeChoice? OfAttribute(string text)
    {
        var name = text.StartsWith(AttributePrefix, StringComparison.Ordinal) ? text[AttributePrefix.Length..] : text;
        return name.Length > 0 && !name.Contains('=', StringComparison.Ordinal) ? new SchemeChoice(SegmentScheme.OwnName) { Attribute = name } : null;
    }

    private static SchemeChoice? OfBounds(string[] bounds) =>
        bounds.Length == 2
        && int.TryParse(bounds[0], CultureInfo.InvariantCulture, out var min)
        && int.TryParse(bounds[1], CultureInfo.InvariantCulture, out var max)
        && min >= SegmentsLeast && min <= max && max <= SegmentsMost
            ? new SchemeChoice(SegmentScheme.DiscoveredName) { SegmentsMin = min, SegmentsMax = max }
            : null;
}
