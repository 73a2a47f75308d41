using System.Globalization;
using System.Text.Json;
using OrleansSeg.Data.Cleaning;

namespace OrleansSeg.Data.Import.Mapping;

/// <summary>Says what a mapping file gets wrong, in the file's own words.</summary>
internal static class MappingCheck
{
    /// <summary>A property that no mapping has, with those that one has, or one that says null; null when all is well.</summary>
    public static string? FindBadProperty(JsonElement root, JsonSerializerOptions options)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return "holds no JSON object.";
        }

        return FindNull(root, "")
            ?? FindUnknown(root, typeof(EventMapping), "", options)
            ?? (root.TryGetProperty("rules", out var rules) && rules.ValueKind == JsonValueKind.Object
                ? FindUnknown(rules, typeof(CleaningRules), "rules.", options)
                : null);
    }

    /// <summary>The first thing that cannot be; null when the mapping is sound.</summary>
    public static string? FindProblem(EventMapping mapping) =>
        FindMissing(mapping) ?? FindBadSource(mapping) ?? FindBadType(mapping) ?? FindBadTime(mapping) ?? FindBadOption(mapping) ?? FindBadRule(mapping.Rules);

    private static string? FindNull(JsonElement found, string path) => found.ValueKind switch
    {
        JsonValueKind.Null => $"says null for {path}: leave it out instead.",
        JsonValueKind.Object => found.EnumerateObject()
            .Select(property => FindNull(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}"))
            .FirstOrDefault(problem => problem is not null),
        JsonValueKind.Array => found.EnumerateArray().Select(item => FindNull(item, path)).FirstOrDefault(problem => problem is not null),
        _ => null,
    };

    private static string? FindUnknown(JsonElement found, Type type, string path, JsonSerializerOptions options)
    {
        var known = options.GetTypeInfo(type).Properties.Select(property => property.Name).ToArray();
        var unknown = found.EnumerateObject().Select(property => property.Name).FirstOrDefault(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase));
        return unknown is null ? null : $"has a property '{path}{unknown}': one of {string.Join(", ", known)} was expected.";
    }

    private static string? FindMissing(EventMapping mapping)
    {
        var missing = new[] { EventField.Customer, EventField.Time, EventField.Type }.Where(target => mapping.Source(target) is null).ToArray();
        return missing.Length == 0 ? null : $"it must say where {string.Join(" and ", missing.Select(target => target.MappingName()))} come from.";
    }

    private static string? FindBadSource(EventMapping mapping)
    {
        foreach (var (name, source) in mapping.Sources())
        {
            if (source.Constant is null && (source.Columns.IsDefaultOrEmpty || source.Columns.Any(string.IsNullOrWhiteSpace)))
            {
                return $"{name} names no column.";
            }

            if (source.Constant is not null && name is "customer" or "time" or "eventId")
            {
                return $"{name} cannot be a constant.";
            }

            if (source.Map is not null && name != "type")
            {
                return $"{name} has a map: only type can have one.";
            }

            if (!source.Formats.IsDefaultOrEmpty && name != "time")
            {
                return $"{name} has formats: only time can have them.";
            }
        }

        return mapping is { Price: not null, Total: not null } ? "it has both price (of one unit) and total (of the line): one of them was expected." : null;
    }

    private static string? FindBadType(EventMapping mapping)
    {
        var type = mapping.Type!;
        var words = (type.Map?.Values ?? []).Concat(type.Constant is { } constant ? [constant] : []);
        return words.FirstOrDefault(word => EventTypeReader.Parse(word) is null && !(EventTypeReader.IsIgnore(word) && type.Constant is null)) is { } unknown
            ? $"'{unknown}' is no event type: one of {EventTypeReader.Names} (or {EventTypeReader.Ignore}, in a map) was expected."
            : null;
    }

    private static string? FindBadTime(EventMapping mapping)
    {
        foreach (var format in mapping.Time!.Formats)
        {
            if (format is TimeFormat.Iso or TimeFormat.UnixSeconds or TimeFormat.UnixMilliseconds)
            {
                continue;
            }

            try
            {
                _ = DateTime.UnixEpoch.ToString(format, CultureInfo.InvariantCulture);
            }
            catch (FormatException)
            {
                return $"'{format}' is no time format: {TimeFormat.Iso}, {TimeFormat.UnixSeconds}, {TimeFormat.UnixMilliseconds} or a pattern such as dd/MM/yyyy HH:mm was expected.";
            }
        }

        return null;
    }

    private static string? FindBadOption(EventMapping mapping)
    {
        var names = mapping.Sources().Select(mapped => mapped.Name).ToArray();
        return mapping.Optional.FirstOrDefault(name => !names.Contains(name)) is { } unknown
            ? $"'{unknown}' in optional is no mapped field: one of {string.Join(", ", names)} was expected."
            : mapping.DecimalSeparator is "." or "," ? null
            : $"the decimal separator '{mapping.DecimalSeparator}' is neither . nor ,";
    }

    private static string? FindBadRule(CleaningRules rules) =>
        FindBadRule("missingCustomer", rules.MissingCustomer, CleaningRules.Drop, CleaningRules.Reject)
        ?? FindBadRule("nonPositivePrice", rules.NonPositivePrice, CleaningRules.Keep, CleaningRules.Drop)
        ?? FindBadRule("negativeQuantity", rules.NegativeQuantity, CleaningRules.Reject, CleaningRules.Return)
        ?? FindBadRule("exactDuplicates", rules.ExactDuplicates, CleaningRules.Keep, CleaningRules.Drop)
        ?? FindBadRule("notProductLines", rules.NotProductLines, CleaningRules.Keep, CleaningRules.Drop);

    private static string? FindBadRule(string name, string value, string one, string other) =>
        value == one || value == other ? null : $"rules.{name} is '{value}': {one} or {other} was expected.";
}
