using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace OrleansSeg.Data.Import.Mapping;

/// <summary>Which column of a shop's file is what, and by which rules rows become events. Layouts are mappings that ship with the program.</summary>
internal sealed record EventMapping
{
    /// <summary>The customer's id. Required.</summary>
    public FieldSource? Customer { get; init; }

    /// <summary>When the customer acted. Required.</summary>
    public FieldSource? Time { get; init; }

    /// <summary>What was done: a column or a constant. Required.</summary>
    public FieldSource? Type { get; init; }

    /// <summary>The shop's own id of the event; left out, ids come from content and occurrence.</summary>
    public FieldSource? EventId { get; init; }

    /// <summary>The order a line belongs to.</summary>
    public FieldSource? Order { get; init; }

    /// <summary>The item code.</summary>
    public FieldSource? Item { get; init; }

    /// <summary>The category.</summary>
    public FieldSource? Category { get; init; }

    /// <summary>Units.</summary>
    public FieldSource? Quantity { get; init; }

    /// <summary>Price of one unit.</summary>
    public FieldSource? Price { get; init; }

    /// <summary>Price of the whole line, in place of <see cref="Price"/>.</summary>
    public FieldSource? Total { get; init; }

    /// <summary>Currency, a column or a constant; left out: the site's.</summary>
    public FieldSource? Currency { get; init; }

    /// <summary>Stars or score.</summary>
    public FieldSource? Rating { get; init; }

    /// <summary>Where it happened, a column or a constant.</summary>
    public FieldSource? Channel { get; init; }

    /// <summary>Title, query, review or message.</summary>
    public FieldSource? Text { get; init; }

    /// <summary>Profile attributes by name.</summary>
    public ImmutableSortedDictionary<string, FieldSource> Attributes { get; init; } = ImmutableSortedDictionary<string, FieldSource>.Empty;

    /// <summary>Columns that begin with this are attributes, named by the rest.</summary>
    public string? AttributePrefix { get; init; }

    /// <summary>Names of fields above, or of attributes, whose column may be absent from the file.</summary>
    public ImmutableArray<string> Optional { get; init; } = [];

    /// <summary>Values that mean: missing. An empty value always does.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>File format when nothing else says it.</summary>
    public string? Format { get; init; }

    /// <summary>Column separator when nothing else says it.</summary>
    public string? Delimiter { get; init; }

    /// <summary>Text encoding when nothing else says it.</summary>
    public string? Encoding { get; init; }

    /// <summary>Zone of times that name none.</summary>
    public string? TimeZone { get; init; }

    /// <summary><c>.</c> or <c>,</c>.</summary>
    public string DecimalSeparator { get; init; } = ".";

    /// <summary>Names of the columns of a file without a header line.</summary>
    public ImmutableArray<string> Header { get; init; } = [];

    /// <summary>What becomes of rows that are sound and yet not plain events.</summary>
    public CleaningRules Rules { get; init; } = new();

    /// <summary>The layout's name, or the mapping file's path: for messages.</summary>
    [JsonIgnore]
    public string Name { get; init; } = "";

    /// <summary>Where a field comes from; null when nothing says.</summary>
    public FieldSource? Source(EventField target) => target switch
    {
        EventField.Customer => Customer,
        EventField.Time => Time,
        EventField.Type => Type,
        EventField.EventId => EventId,
        EventField.Order => Order,
        EventField.Item => Item,
        EventField.Category => Category,
        EventField.Quantity => Quantity,
        EventField.Price => Price,
        EventField.Total => Total,
        EventField.Currency => Currency,
        EventField.Rating => Rating,
        EventField.Channel => Channel,
        EventField.Text => Text,
        _ => throw new ArgumentOutOfRangeException(nameof(target), target, "Not a field of an event. This is a bug."),
    };

    /// <summary>Every mapped field and attribute by its name.</summary>
    public IEnumerable<(string Name, FieldSource Source)> Sources() =>
        Enum.GetValues<EventField>()
            .Select(target => (Name: target.MappingName(), Source: Source(target)))
            .Concat(Attributes.Select(pair => (Name: pair.Key, Source: (FieldSource?)pair.Value)))
            .Where(mapped => mapped.Source is not null)
            .Select(mapped => (mapped.Name, mapped.Source!));

    /// <summary>Whether a column is looked at.</summary>
    public bool Reads(string column) =>
        Rules.ExactDuplicates == CleaningRules.Drop
        || (AttributePrefix is { } prefix && column.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        || Sources().Any(mapped => mapped.Source.Columns.Contains(column, StringComparer.OrdinalIgnoreCase));
}
