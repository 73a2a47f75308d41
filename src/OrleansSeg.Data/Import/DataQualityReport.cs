using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSeg.Data.Import;

/// <summary>What an import made of a file: rows read = kept + dropped + rejected, at every instant.</summary>
public sealed record DataQualityReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Rows found, without the header and without blank lines.</summary>
    public required long RowsRead { get; init; }

    /// <summary>Rows that became an event.</summary>
    public required long RowsKept { get; init; }

    /// <summary>Sound rows that the layout's policy leaves out, by policy: <see cref="DropPolicies"/>.</summary>
    public required ImmutableSortedDictionary<string, long> Dropped { get; init; }

    /// <summary>Malformed rows, by reason: <see cref="RejectionReasons"/>.</summary>
    public required ImmutableSortedDictionary<string, long> Rejected { get; init; }

    /// <summary>The first rejected rows, at most <see cref="ExamplesMax"/> for each reason.</summary>
    public required ImmutableArray<RejectedExample> RejectedExamples { get; init; }

    /// <summary>Distinct customers with a kept row.</summary>
    public required long Customers { get; init; }

    /// <summary>Events made, one for each kept row.</summary>
    public required long Events { get; init; }

    /// <summary>Time of the earliest event; null when there is none.</summary>
    public required DateTimeOffset? FirstEvent { get; init; }

    /// <summary>Time of the latest event; null when there is none.</summary>
    public required DateTimeOffset? LastEvent { get; init; }

    /// <summary>Events by type, in the names of the event file.</summary>
    public required ImmutableSortedDictionary<string, long> EventTypes { get; init; }

    /// <summary>Kept rows in which a mapped field was empty, by field. They stay empty here; the model imputes and marks them.</summary>
    public required ImmutableSortedDictionary<string, long> MissingValues { get; init; }

    /// <summary>Returns that follow a purchase of the same item by the same customer in the file.</summary>
    public required long ReturnsMatched { get; init; }

    /// <summary>Returns whose purchase is not in the file, or stands behind them.</summary>
    public required long ReturnsUnmatched { get; init; }

    /// <summary>Kept lines of postage, fees and corrections, where the layout names their codes.</summary>
    public required long NotProductLines { get; init; }

    /// <summary>Kept rows that say what an earlier row has said; each has an id of its own.</summary>
    public required long RepeatedRows { get; init; }

    /// <summary>Purchases whose amount lies far above the rest. Facts keep them as they are; the model winsorizes for itself.</summary>
    public required long AmountOutliers { get; init; }

    /// <summary>The amount from which on a purchase counts as far above; null while there are fewer than 100.</summary>
    public required double? AmountOutlierLimit { get; init; }

    /// <summary>The layout or mapping that read the file.</summary>
    public required string Layout { get; init; }

    /// <summary>The file's format.</summary>
    public required string Format { get; init; }

    /// <summary>The text encoding; null for Parquet.</summary>
    public required string? Encoding { get; init; }

    /// <summary>Byte sequences that are no UTF-8 and were read as Windows-1252, where the encoding was guessed.</summary>
    public required long EncodingRepairs { get; init; }

    /// <summary>The zone in which times without one were read.</summary>
    public required string TimeZone { get; init; }

    /// <summary>Most examples kept for one reason.</summary>
    public const int ExamplesMax = 10;

    /// <summary>The report as one JSON object, camelCase.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
