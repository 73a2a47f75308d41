using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using OrleansSeg.Events;
using Parquet;
using Parquet.Schema;

namespace OrleansSeg.Data.Tests.Import;

/// <summary>Writes events as event files in each format, and draws events to write.</summary>
internal static class EventFiles
{
    public static readonly string[] Columns =
    [
        "customerId", "eventId", "type", "timestamp", "orderId", "item", "category", "quantity", "unitPrice", "rating", "channel", "text",
        "attributes.country", "attributes.age band",
    ];

    private static readonly DateTimeOffset Start = new(2015, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Words with whatever a file may hold: separators, quotes, line ends, letters outside ASCII.</summary>
    public static readonly Gen<string> Word =
        Gen.OneOf("a", "b", "Z", "0", ",", ";", "\t", "\"", "\"\"", "\n", "\r\n", " x ", "é", "€", "日本", "😀", "'", "|", "{}", "\\")
            .Array[1, 6].Select(string.Concat).Where(word => word.Trim().Length > 0).Select(word => word.Trim());

    private static readonly Gen<decimal?> Amount = Gen.OneOf(Gen.Int[0, 1_000_000].Select(cents => (decimal?)(cents / 100m)), Gen.Const((decimal?)null));

    private static readonly Gen<string?> Label = Gen.OneOf(Word.Select(word => (string?)word), Gen.Const((string?)null));

    public static readonly Gen<CustomerEvent> Event = Gen.Select(
        Gen.Select(Word.Where(word => !word.Any(char.IsControl)), Gen.Enum<EventType>().Where(type => type != EventType.None), Gen.Int[0, 100_000_000], Label),
        Gen.Select(Label, Label, Label, Label),
        Gen.Select(Amount, Amount, Gen.OneOf(Gen.Int[0, 50].Select(tenths => (float?)(tenths / 10f)), Gen.Const((float?)null)), Gen.OneOf(null, "UK", "日本", "a,b")),
        (who, labels, numbers) => new CustomerEvent(
            who.Item1,
            new BehaviourEvent
            {
                EventId = who.Item4 ?? "",
                Type = who.Item2,
                Timestamp = Start.AddSeconds(who.Item3),
                OrderId = labels.Item1,
                Item = labels.Item2,
                Category = labels.Item3,
                Text = labels.Item4,
                Quantity = numbers.Item1 == 0 ? 1 : numbers.Item1,
                UnitPrice = numbers.Item2,
                Rating = numbers.Item3,
                Backfilled = true,
            },
            numbers.Item4 is { } country ? new Dictionary<string, string> { ["country"] = country } : null));

    public static string?[] Values(CustomerEvent e) =>
    [
        e.CustomerId, e.Event.EventId is "" ? null : e.Event.EventId, e.Event.Type.ToString(), e.Event.Timestamp.ToString("O", CultureInfo.InvariantCulture),
        e.Event.OrderId, e.Event.Item, e.Event.Category, Text(e.Event.Quantity), Text(e.Event.UnitPrice), Text(e.Event.Rating), e.Event.Channel, e.Event.Text,
        e.Attributes?.GetValueOrDefault("country"), e.Attributes?.GetValueOrDefault("age band"),
    ];

    public static byte[] Csv(IEnumerable<CustomerEvent> events, char separator = ',', string lineEnd = "\n")
    {
        var text = new StringBuilder(string.Join(separator, Columns)).Append(lineEnd);
        foreach (var e in events)
        {
            text.AppendJoin(separator, Values(e).Select(value => Quote(value, separator))).Append(lineEnd);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public static byte[] JsonLines(IEnumerable<CustomerEvent> events)
    {
        using var text = new MemoryStream();
        foreach (var e in events)
        {
            using (var json = new Utf8JsonWriter(text))
            {
                json.WriteStartObject();
                foreach (var (column, value) in Columns.Zip(Values(e)).Where(pair => !pair.First.StartsWith("attributes.", StringComparison.Ordinal)))
                {
                    json.WritePropertyName(column);
                    WriteValue(json, column, value);
                }

                json.WritePropertyName("attributes");
                JsonSerializer.Serialize(json, e.Attributes);
                json.WriteEndObject();
            }

            text.WriteByte((byte)'\n');
        }

        return text.ToArray();
    }

    public static async Task<byte[]> ParquetAsync(IReadOnlyList<CustomerEvent> events, int groupRows = 1000)
    {
        using var bytes = new MemoryStream();
        var fields = Columns.Select(Field).ToArray();
        await using (var file = await ParquetWriter.CreateAsync(new ParquetSchema(fields), bytes))
        {
            foreach (var group in events.Chunk(groupRows))
            {
                using var writer = file.CreateRowGroup();
                for (var i = 0; i < fields.Length; i++)
                {
                    await WriteColumnAsync(writer, fields[i], group, i);
                }
            }
        }

        return bytes.ToArray();
    }

    private static DataField Field(string column) => column switch
    {
        "timestamp" => new DateTimeDataField(column, DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Micros, isNullable: false),
        "quantity" or "unitPrice" => new DecimalDataField(column, 20, 4, isNullable: true),
        "rating" => new DataField(column, typeof(float), isNullable: true),
        _ => new DataField(column, typeof(string), isNullable: true),
    };

    private static async Task WriteColumnAsync(ParquetRowGroupWriter writer, DataField field, CustomerEvent[] group, int index)
    {
        switch (field.Name)
        {
            case "timestamp":
                await writer.WriteAsync<DateTime>(field, group.Select(e => e.Event.Timestamp.UtcDateTime).ToArray());
                break;
            case "quantity":
                await writer.WriteAsync<decimal>(field, group.Select(e => e.Event.Quantity).ToArray());
                break;
            case "unitPrice":
                await writer.WriteAsync<decimal>(field, group.Select(e => e.Event.UnitPrice).ToArray());
                break;
            case "rating":
                await writer.WriteAsync<float>(field, group.Select(e => e.Event.Rating).ToArray());
                break;
            default:
                await writer.WriteAsync(field, group.Select(e => Values(e)[index]!).ToArray());
                break;
        }
    }

    private static void WriteValue(Utf8JsonWriter json, string column, string? value)
    {
        if (value is null)
        {
            json.WriteNullValue();
        }
        else if (column is "quantity" or "unitPrice" or "rating")
        {
            json.WriteRawValue(value);
        }
        else
        {
            json.WriteStringValue(value);
        }
    }

    private static string Quote(string? value, char separator) =>
        value is null ? "" : value.AsSpan().IndexOfAny([separator, '"', '\n', '\r']) < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string? Text(decimal? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string? Text(float? number) => number?.ToString(CultureInfo.InvariantCulture);
}
