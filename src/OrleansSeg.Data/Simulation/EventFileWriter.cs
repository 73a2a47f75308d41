using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansSeg.Data.Cleaning;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Simulation;

/// <summary>Writes events as the <c>events</c> layout reads them: JSON Lines, one event a line, camelCase, what is not known left out.</summary>
public static class EventFileWriter
{
    private const int FlushBytes = 64 * 1024;
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes all events; memory does not grow with their number.</summary>
    /// <param name="stream">Where to; left open.</param>
    /// <param name="events">The events.</param>
    /// <param name="written">Told of the count now and then, or null.</param>
    /// <param name="cancellationToken">Stops between two events.</param>
    /// <returns>How many were written.</returns>
    public static async Task<long> WriteAsync(
        Stream stream, IEnumerable<CustomerEvent> events, Action<long>? written = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(events);
        using var buffer = new MemoryStream(2 * FlushBytes);
        await using var json = new Utf8JsonWriter(buffer, Format);
        var count = 0L;
        foreach (var e in events)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Write(json, e);
            json.Flush();
            json.Reset();
            buffer.WriteByte((byte)'\n');
            count++;
            if (buffer.Length >= FlushBytes)
            {
                await FlushAsync();
                written?.Invoke(count);
            }
        }

        await FlushAsync();
        written?.Invoke(count);
        return count;

        async ValueTask FlushAsync()
        {
            await stream.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellationToken);
            buffer.SetLength(0);
        }
    }

    private static void Write(Utf8JsonWriter json, CustomerEvent written)
    {
        var e = written.Event;
        json.WriteStartObject();
        json.WriteString("customerId", written.CustomerId);
        json.WriteString("eventId", e.EventId);
        json.WriteString("type", EventTypeReader.NameOf(e.Type));
        json.WriteString("timestamp", e.Timestamp.UtcDateTime);
        Text(json, "orderId", e.OrderId);
        Text(json, "item", e.Item);
        Text(json, "category", e.Category);
        Number(json, "quantity", e.Quantity);
        Number(json, "unitPrice", e.UnitPrice);
        Text(json, "currency", e.Currency);
        if (e.Rating is { } rating)
        {
            json.WriteNumber("rating", rating);
        }

        Text(json, "channel", e.Channel);
        Text(json, "text", e.Text);
        if (written.Attributes is { Count: > 0 } attributes)
        {
            json.WriteStartObject("attributes");
            foreach (var (name, value) in attributes)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, known);
        }
    }
}
