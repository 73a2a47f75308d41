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

    /// <summary>Most examples kept for one reason.</summary>
    public const int ExamplesMax = 10;

    /// <summary>The report as one JSON object, camelCase.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
