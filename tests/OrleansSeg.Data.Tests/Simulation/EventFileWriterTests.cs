using System.Text;
using System.Text.Json;
using OrleansSeg.Data.Simulation;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Tests.Simulation;

public sealed class EventFileWriterTests
{
    [Fact]
    public async Task Event_WithEverything_IsOneLineOfNamedFields()
    {
        var written = new CustomerEvent(
            "a/b",
            new BehaviourEvent
            {
                EventId = "e1", Type = EventType.AddToCart, Timestamp = new DateTimeOffset(2026, 1, 2, 4, 4, 5, 250, TimeSpan.FromHours(1)),
                OrderId = "o1", Item = "i1", Category = "Bath & body", Quantity = 2.5m, UnitPrice = 9.95m, Currency = "EUR", Rating = 4.5f,
                Channel = "web", Text = "Größe \"M\",\nbitte", RecordedAt = Shops.End, Backfilled = true,
            },
            new Dictionary<string, string> { ["country"] = "Österreich" });
        Assert.Equal(
            """{"customerId":"a/b","eventId":"e1","type":"addToCart","timestamp":"2026-01-02T03:04:05.25Z","orderId":"o1","item":"i1","category":"Bath & body","quantity":2.5,"unitPrice":9.95,"currency":"EUR","rating":4.5,"channel":"web","text":"Größe \"M\",\nbitte","attributes":{"country":"Österreich"}}""" + "\n",
            await WriteAsync([written]));
    }

    [Fact]
    public async Task Field_ThatIsNotKnown_IsLeftOut()
    {
        var written = new CustomerEvent("c", new BehaviourEvent { EventId = "e", Type = EventType.View, Timestamp = Shops.End });
        Assert.Equal("""{"customerId":"c","eventId":"e","type":"view","timestamp":"2026-06-01T00:00:00Z"}""" + "\n", await WriteAsync([written]));
    }

    [Fact]
    public async Task File_LargerThanTheBuffer_HoldsEveryEvent()
    {
        var events = new ShopSimulator(new ShopOptions { Customers = 30, End = Shops.End }).ByTime().ToList();
        var lines = (await WriteAsync(events)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(events.Select(e => e.Event.EventId), lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("eventId").GetString()));
    }

    private static async Task<string> WriteAsync(IReadOnlyCollection<CustomerEvent> events)
    {
        using var stream = new MemoryStream();
        Assert.Equal(events.Count, await EventFileWriter.WriteAsync(stream, events));
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
