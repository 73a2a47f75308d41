using System.Text.Json;
using OrleansSeg.Data.Import.Mapping;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Cleaning;

/// <summary>Reads event types: our names in any case, with or without <c>_</c>, <c>-</c> and spaces, after a mapping's own words.</summary>
internal sealed class EventTypeReader
{
    /// <summary>The word of a mapping for types that are left out.</summary>
    public const string Ignore = "ignore";

    private const int WordsMax = 1000;

    private static readonly Dictionary<string, EventType> ByName = Enum.GetValues<EventType>()
        .Where(type => type != EventType.None)
        .ToDictionary(type => type.ToString(), StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, EventType?> _words = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, EventType?>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public EventTypeReader(FieldSource source)
    {
        foreach (var (name, type) in ByName)
        {
            _words[name] = type;
        }

        foreach (var (word, name) in source.Map?.AsEnumerable() ?? [])
        {
            _words[word] = IsIgnore(name) ? null : Parse(name);
        }

        Expected = source.Map is { Count: > 0 } map ? string.Join(", ", map.Keys.Order(StringComparer.Ordinal)) : Names;
        _lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The names of the types, for messages.</summary>
    public static string Names { get; } = string.Join(", ", ByName.Values.Select(NameOf));

    /// <summary>What is expected, for messages: the mapping's words, or our names where it has none.</summary>
    public string Expected { get; }

    /// <summary>The name of a type in files and reports.</summary>
    public static string NameOf(EventType type) => JsonNamingPolicy.CamelCase.ConvertName(type.ToString());

    /// <summary>The type of that name, or null.</summary>
    public static EventType? Parse(string name) => ByName.TryGetValue(string.Concat(name.Where(c => c is not ('_' or '-' or ' '))), out var type) ? type : null;

    /// <summary>Whether a mapping's value means: leave rows of this type out.</summary>
    public static bool IsIgnore(string name) => string.Equals(name, Ignore, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a word; false when it is unknown. The type is null when rows of this type are left out.</summary>
    public bool TryRead(ReadOnlySpan<char> word, out EventType? type)
    {
        if (_lookup.TryGetValue(word, out type))
        {
            return true;
        }

        type = Parse(word.ToString());
        if (type is not null && _words.Count < WordsMax)
        {
            _words[word.ToString()] = type;
        }

        return type is not null;
    }
}
