using System.Text.Json;

namespace OrleansSeg.Data.Import.Mapping;

/// <summary>A field of an event that a mapping can fill. The camelCase names are the property names of mapping files.</summary>
internal enum EventField
{
    Customer,
    Time,
    Type,
    EventId,
    Order,
    Item,
    Category,
    Quantity,
    Price,
    Total,
    Currency,
    Rating,
    Channel,
    Text,
}

/// <summary>Names of fields.</summary>
internal static class EventFieldNames
{
    private static readonly string[] InEventFile =
    [
        "customerId", "timestamp", "type", "eventId", "orderId", "item", "category", "quantity", "unitPrice", "total", "currency", "rating", "channel", "text",
    ];

    private static readonly string[] InMapping = [.. Enum.GetNames<EventField>().Select(JsonNamingPolicy.CamelCase.ConvertName)];

    /// <summary>The name that the event file and reports use.</summary>
    public static string ReportName(this EventField field) => InEventFile[(int)field];

    /// <summary>The name that mapping files use.</summary>
    public static string MappingName(this EventField field) => InMapping[(int)field];
}
