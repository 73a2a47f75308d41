using System.Globalization;
using OrleansSeg.Data.Import;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Tests.Import;

/// <summary>The layouts of data sets other than Online Retail, on small files of their shape and on the real ones.</summary>
public sealed class LayoutTests
{
    private const string Cdnow = " customer_id  date number_of_cds  dollar_value\r\n 00001 19970101  1   11.77\r\n 00002 19970112  1   12.00\r\n 00002 19970112  5   77.00\r\n 00002 19970112  1   12.00\r\n";

    [Fact]
    public async Task Cdnow_RowsOfOneDay_AreOrdersOfTheirOwn()
    {
        var run = await ImportRun.OfTextAsync(Cdnow, null, "CDNOW_master.txt");
        Assert.Equal("layout cdnow", run.Report.Layout);
        Assert.Equal(["00001", "00002", "00002", "00002"], run.Events.Select(e => e.CustomerId));
        Assert.Equal(4, run.Events.Select(e => e.Event.OrderId).Distinct().Count());
        Assert.All(run.Events, e => Assert.Equal(TimeSpan.Zero, e.Event.Timestamp.TimeOfDay));
        Assert.Equal((5m, 15.4m, 77m), (run.Events[2].Event.Quantity, run.Events[2].Event.UnitPrice, run.Events[2].Event.Amount));
        Assert.Equal(1, run.Report.RepeatedRows);
    }

    [Fact]
    public async Task Cdnow_WithoutHeader_IsReadTheSame()
    {
        var with = await ImportRun.OfTextAsync(Cdnow, new ImportOptions { Layout = "cdnow" }, "CDNOW_master.txt");
        var without = await ImportRun.OfTextAsync(Cdnow[(Cdnow.IndexOf('\n', StringComparison.Ordinal) + 1)..], new ImportOptions { Layout = "cdnow" }, "CDNOW_master.txt");
        Assert.Equal(with.Events, without.Events);
        Assert.Equal(4, without.Report.RowsRead);
    }

    [Fact]
    public async Task Cdnow_RowsOfAnotherShape_AreRejected()
    {
        var run = await ImportRun.OfTextAsync(Cdnow + "00003 19970113 1\r\n00003 19979913 1 5.00\r\n", null, "CDNOW_master.txt");
        Assert.Equal(["columnCount", "badTime"], run.Report.RejectedExamples.Select(example => example.Code));
        Assert.Equal([6L, 7L], run.Report.RejectedExamples.Select(example => example.Row));
    }

    [SkippableFact]
    public async Task Cdnow_RealFile_GivesTheKnownCounts()
    {
        var run = await ImportRunOf("cdnow/CDNOW_master.txt", null);
        Assert.Equal((69_659, 69_659, 23_570), (run.RowsRead, run.RowsKept, run.Customers));
        Assert.Equal(255, run.RepeatedRows);
        Assert.Equal(new DateTimeOffset(1998, 6, 30, 0, 0, 0, TimeSpan.Zero), run.LastEvent);
    }

    [SkippableFact]
    public async Task CompleteJourney_RealFile_DropsOnlyLinesOfNothing()
    {
        var run = await ImportRunOf("complete-journey/transactions_sample.csv", null);
        Assert.Equal((75_000, 74_585), (run.RowsRead, run.RowsKept));
        Assert.Equal([(DropPolicies.ZeroQuantity, 415L)], run.Dropped.Select(pair => (pair.Key, pair.Value)));
    }

    [Fact]
    public async Task CompleteJourney_Line_BecomesAPurchaseInAStore()
    {
        var run = await ImportRun.OfTextAsync(
            "\"household_id\",\"store_id\",\"basket_id\",\"product_id\",\"quantity\",\"sales_value\",\"transaction_timestamp\"\n\"2261\",\"309\",\"31625220889\",\"940996\",3,10,\"2017-01-28 19:06:53\"\n");
        Assert.Equal((3m, 3.33333333m, "store"), (run.Only.Quantity, run.Only.UnitPrice, run.Only.Channel));
        Assert.Equal("309", run.Events[0].Attributes!["store"]);
    }

    [Fact]
    public async Task Rees46_Events_KeepTheirTypes()
    {
        var run = await ImportRun.OfTextAsync(
            "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
            + "2019-10-01 00:00:00 UTC,view,1,2,toys.doll,acme,35.79,7,s\n2019-10-01 00:00:01 UTC,cart,1,2,,acme,35.79,7,s\n"
            + "2019-10-01 00:00:02 UTC,remove_from_cart,1,2,,acme,35.79,7,s\n2019-10-01 00:00:03 UTC,purchase,1,2,,,35.79,7,s\n");
        Assert.Equal([EventType.View, EventType.AddToCart, EventType.RemoveFromCart, EventType.Purchase], run.Events.Select(e => e.Event.Type));
        Assert.Equal(("toys.doll", "acme", 35.79m), (run.Events[0].Event.Category, run.Events[0].Event.Text, run.Events[0].Event.UnitPrice));
        Assert.Equal([("category", 3L), ("text", 1L)], run.Report.MissingValues.Select(pair => (pair.Key, pair.Value)));
    }

    private static async Task<DataQualityReport> ImportRunOf(string name, ImportOptions? options)
    {
        await using var import = await EventFileImport.OpenAsync(SharedData.File(name), options ?? new ImportOptions(), TimeProvider.System);
        var count = await import.ReadAsync().CountAsync();
        Assert.True(import.Report.Events == count, string.Create(CultureInfo.InvariantCulture, $"{count} events were read."));
        return import.Report;
    }
}
