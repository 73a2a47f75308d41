using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSeg.Data.Import.Mapping;

/// <summary>A field of a mapping file: <c>"Column"</c>, <c>["Column", "Other spelling"]</c> or an object.</summary>
internal sealed class FieldSourceConverter : JsonConverter<FieldSource>
{
    public override FieldSource Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return new FieldSource { Columns = [reader.GetString()!] };
            case JsonTokenType.StartArray:
                return new FieldSource { Columns = JsonSerializer.Deserialize<ImmutableArray<string>>(ref reader, options) };
            case JsonTokenType.StartObject:
                return ReadObject(ref reader, options);
            default:
                throw new JsonException("a column name, a list of spellings, or an object with 'column' or 'constant' was expected");
        }
    }

    public override void Write(Utf8JsonWriter writer, FieldSource value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Mapping files are only read. This is a bug.");

    private static FieldSource ReadObject(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        var source = JsonSerializer.Deserialize<Body>(ref reader, options)!;
        if (source.Column is null == source.Constant is null)
        {
            throw new JsonException("exactly one of 'column' and 'constant' was expected");
        }

        return new FieldSource
        {
            Columns = source.Column is { } column ? column : [],
            Constant = source.Constant,
            Map = source.Map?.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase),
            Formats = source.Formats ?? [],
        };
    }

    private sealed record Body
    {
        [JsonConverter(typeof(SpellingsConverter))]
        public ImmutableArray<string>? Column { get; init; }

        public string? Constant { get; init; }

        public Dictionary<string, string>? Map { get; init; }

        public ImmutableArray<string>? Formats { get; init; }
    }

    private sealed class SpellingsConverter : JsonConverter<ImmutableArray<string>?>
    {
        public override ImmutableArray<string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? [reader.GetString()!] : JsonSerializer.Deserialize<ImmutableArray<string>>(ref reader, options);

        public override void Write(Utf8JsonWriter writer, ImmutableArray<string>? value, JsonSerializerOptions options) =>
            throw new NotSupportedException("Mapping files are only read. This is a bug.");
    }
}
