using System.Text;
using CsCheck;
using OrleansSeg.Data.Import;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Tests.Import;

public sealed class EventsLayoutTests
{
    private static readonly ImportOptions Events = new() { Layout = "events" };

    [Fact]
    public Task AnyEvents_InAnyFormat_AreReadBackTheSame() =>
        EventFiles.Event.List[1, 200].SampleAsync(
            async events =>
            {
                AssertSame(events, await ImportRun.OfBytesAsync(EventFiles.Csv(events), Events));
                AssertSame(events, await ImportRun.OfBytesAsync(EventFiles.Csv(events, ';', "\r\n"), Events));
                AssertSame(events, await ImportRun.OfBytesAsync(EventFiles.Csv(events, '\t'), Events, "shop.tsv"));
                AssertSame(events, await ImportRun.OfBytesAsync(ImportRun.Gzip(EventFiles.Csv(events)), Events, "shop.csv.gz"));
                AssertSame(events, await ImportRun.OfBytesAsync(EventFiles.JsonLines(events), Events, "shop.jsonl"));
                AssertSame(events, await ImportRun.OfBytesAsync(await EventFiles.ParquetAsync(events, 64), Events, "shop.parquet"));
            },
            iter: 60);

    [Fact]
    public Task RowsWithoutIds_HaveTheSameIdsInEveryFormat() =>
        EventFiles.Event.Select(e => e with { Event = e.Event with { EventId = "" } }).List[1, 50].SampleAsync(
            async events =>
            {
                var ids = Ids(await ImportRun.OfBytesAsync(EventFiles.Csv(events), Events));
                Assert.Equal(ids, Ids(await ImportRun.OfBytesAsync(EventFiles.JsonLines(events), Events, "shop.jsonl")));
                Assert.Equal(ids, Ids(await ImportRun.OfBytesAsync(await EventFiles.ParquetAsync(events), Events, "shop.parquet")));
            },
            iter: 30);

    [Fact]
    public async Task EveryField_InJson_IsRead()
    {
        var run = await ImportRun.OfTextAsync(
            """{"customerId":"c/1","eventId":"e1","type":"add_to_cart","timestamp":"2019-03-01T12:00:00+02:00","orderId":"o","item":"i","category":"k","quantity":2,"unitPrice":1.50,"currency":"eur","rating":4.5,"channel":"app","text":"tüte","attributes":{"country":"DE","age":41,"none":null,"deep":{"er":1}},"unknown":[1,{"a":2}]}""",
            Events with { SiteCurrency = null },
            "shop.jsonl");
        Assert.Equal(
            new BehaviourEvent
            {
                EventId = "e1",
                Type = EventType.AddToCart,
                Timestamp = new DateTimeOffset(2019, 3, 1, 10, 0, 0, TimeSpan.Zero),
                OrderId = "o",
                Item = "i",
                Category = "k",
                Quantity = 2,
                UnitPrice = 1.5m,
                Currency = "EUR",
                Rating = 4.5f,
                Channel = "app",
                Text = "tüte",
                Backfilled = true,
            },
            run.Only);
        Assert.Equal("c/1", run.Events[0].CustomerId);
        Assert.Equal([("age", "41"), ("country", "DE")], run.Events[0].Attributes!.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)));
    }

    [Fact]
    public async Task ColumnsThatShowUpLate_InJson_AreRead()
    {
        var lines = new StringBuilder();
        for (var i = 0; i < 300; i++)
        {
            lines.Append($$"""{"customerId":"c","eventId":"e{{i}}","type":"view","timestamp":"2019-03-01"}""").Append('\n');
        }

        lines.Append("""{"customerId":"c","eventId":"last","type":"review","timestamp":"2019-03-02","rating":3,"text":"fine","attributes":{"tier":"gold"}}""");
        var run = await ImportRun.OfTextAsync(lines.ToString(), Events, "shop.jsonl");
        var last = run.Events[^1];
        Assert.Equal((3f, "fine", "gold"), (last.Event.Rating, last.Event.Text, last.Attributes?["tier"]));
    }

    [Fact]
    public async Task MissingCustomer_IsRejected_NotDropped()
    {
        var run = await ImportRun.OfTextAsync("customerId,type,timestamp\n,view,2019-03-01\n", Events);
        Assert.Equal((2, "customerId", RejectionReasons.MissingValue), (run.OnlyRejection.Row, run.OnlyRejection.Field, run.OnlyRejection.Code));
    }

    [Fact]
    public async Task RequiredColumnsAlone_AreEnough()
    {
        var run = await ImportRun.OfTextAsync("customerId,type,timestamp\nc,support message,2019-03-01 23:59\n");
        Assert.Equal((EventType.SupportMessage, "layout events"), (run.Only.Type, run.Report.Layout));
    }

    private static void AssertSame(IReadOnlyList<CustomerEvent> expected, ImportRun run)
    {
        Assert.Empty(run.Report.Rejected);
        Assert.Equal(expected.Count, run.Events.Count);
        foreach (var (want, got) in expected.Zip(run.Events))
        {
            Assert.Equal(want.CustomerId, got.CustomerId);
            Assert.Equal(want.Event with { EventId = want.Event.EventId is "" ? got.Event.EventId : want.Event.EventId }, got.Event);
            Assert.Equal(want.Attributes ?? new Dictionary<string, string>(), got.Attributes ?? new Dictionary<string, string>());
        }
    }

    private static IEnumerable<string> Ids(ImportRun run) => run.Events.Select(e => e.Event.EventId);
}
