using OrleansSeg.Data.Import;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Tests.Import;

public sealed class OnlineRetailTests
{
    private const string Header = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n";
    private const string Line = "489434,85048,GLASS BALL,12,2009-12-01 07:45:00,6.95,13085,United Kingdom\n";

    [SkippableFact]
    public async Task RealFile_WholeRead_GivesTheKnownCounts()
    {
        var path = SharedData.File("online-retail-II/online_retail_II.csv");
        await using var import = await EventFileImport.OpenAsync(path, new ImportOptions { Layout = "online-retail" }, TimeProvider.System);
        var buyers = new HashSet<string>();
        var ids = new HashSet<(string, string)>();
        await foreach (var e in import.ReadAsync())
        {
            Assert.True(ids.Add((e.CustomerId, e.Event.EventId)), "Two rows of one customer share an id.");
            if (e.Event.Type == EventType.Purchase)
            {
                buyers.Add(e.CustomerId);
            }
        }

        var report = import.Report;
        Assert.Equal(1_044_847, report.RowsRead);
        Assert.Equal(809_490, report.RowsKept);
        Assert.Equal(235_287, report.Dropped[DropPolicies.MissingCustomerId]);
        Assert.Equal(70, report.Dropped[DropPolicies.NonPositivePrice]);
        Assert.Empty(report.Rejected);
        Assert.Equal(5_939, report.Customers);
        Assert.Equal(5_878, buyers.Count);
        Assert.Equal(18_446, report.EventTypes["return"]);
        Assert.Equal(18_446, report.ReturnsMatched + report.ReturnsUnmatched);
        Assert.Equal(new DateTimeOffset(2009, 12, 1, 7, 45, 0, TimeSpan.Zero), report.FirstEvent);
        Assert.Equal(new DateTimeOffset(2011, 12, 9, 12, 50, 0, TimeSpan.Zero), report.LastEvent);
        Assert.Equal(1, import.Progress);
    }

    [SkippableFact]
    public async Task RealFile_WithDuplicatesDropped_CountsThem()
    {
        var path = SharedData.File("online-retail-II/online_retail_II.csv");
        await using var import = await EventFileImport.OpenAsync(path, new ImportOptions { DropExactDuplicates = true }, TimeProvider.System);
        var kept = await import.ReadAsync().CountAsync();
        Assert.Equal(809_490, kept + import.Report.Dropped[DropPolicies.ExactDuplicate]);
        Assert.Equal(11_676, import.Report.Dropped[DropPolicies.ExactDuplicate]);
        Assert.Equal(0, import.Report.RepeatedRows);
    }

    [Fact]
    public async Task Line_BecomesAPurchase_WithTextAndCountry()
    {
        var run = await ImportRun.OfTextAsync(Header + Line);
        var customer = Assert.Single(run.Events);
        Assert.Equal("13085", customer.CustomerId);
        Assert.Equal("United Kingdom", customer.Attributes!["country"]);
        var e = customer.Event;
        Assert.Equal(EventType.Purchase, e.Type);
        Assert.Equal(("489434", "85048", "GLASS BALL"), (e.OrderId, e.Item, e.Text));
        Assert.Equal((12m, 6.95m), (e.Quantity, e.UnitPrice));
        Assert.Equal(new DateTimeOffset(2009, 12, 1, 7, 45, 0, TimeSpan.Zero), e.Timestamp);
        Assert.True(e.Backfilled);
    }

    [Fact]
    public async Task SpellingsOfTheFirstFile_GiveTheSameEvent()
    {
        var second = await ImportRun.OfTextAsync(Header + Line);
        var first = await ImportRun.OfTextAsync(
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n489434,85048,GLASS BALL,12,12/1/2009 7:45,6.95,13085.0,United Kingdom\n");
        Assert.Equal(second.Only, first.Only);
        Assert.Equal(second.Events[0].CustomerId, first.Events[0].CustomerId);
        Assert.Equal("layout online-retail", first.Report.Layout);
    }

    [Fact]
    public async Task Cancellation_OfAnEarlierPurchase_IsAMatchedReturn()
    {
        var run = await ImportRun.OfTextAsync(
            Header + Line + "C489500,85048,GLASS BALL,-12,2009-12-02 09:00:00,6.95,13085,United Kingdom\n"
            + "C489501,85048,GLASS BALL,-1,2009-12-03 09:00:00,6.95,13085,United Kingdom\n"
            + "C489502,99999,NEVER BOUGHT,-1,2009-12-03 09:00:00,1.00,13085,United Kingdom\n"
            + "C489503,85048,GLASS BALL,-1,2009-12-03 09:00:00,6.95,99999,United Kingdom\n");
        Assert.Equal((1, 3), (run.Report.ReturnsMatched, run.Report.ReturnsUnmatched));
        var e = run.Events[1].Event;
        Assert.Equal((EventType.Return, 12m, 6.95m), (e.Type, e.Quantity, e.UnitPrice));
    }

    [Fact]
    public async Task NegativeQuantity_WithoutCancellation_IsAReturn()
    {
        var run = await ImportRun.OfTextAsync(Header + "489434,85048,BALL,-3,2009-12-01 07:45:00,6.95,13085,United Kingdom\n");
        Assert.Equal((EventType.Return, 3m), (run.Only.Type, run.Only.Quantity));
    }

    [Fact]
    public async Task RowsWithoutCustomer_OrPrice_AreDroppedByPolicy()
    {
        var run = await ImportRun.OfTextAsync(
            Header
            + "489434,85048,BALL,1,2009-12-01 07:45:00,6.95,,United Kingdom\n"
            + "489435,22222,SAMPLE,1,2009-12-01 07:45:00,0,13085,United Kingdom\n"
            + "A506401,B,Adjust bad debt,1,2009-12-01 07:45:00,-53594.36,13085,United Kingdom\n"
            + "489436,22222,BALL,0,2009-12-01 07:45:00,2.5,13085,United Kingdom\n");
        Assert.Equal(
            [(DropPolicies.MissingCustomerId, 1L), (DropPolicies.NonPositivePrice, 2L), (DropPolicies.ZeroQuantity, 1L)],
            run.Report.Dropped.Select(pair => (pair.Key, pair.Value)));
        Assert.Empty(run.Report.Rejected);
    }

    [Fact]
    public async Task PostageAndManualLines_AreKeptAndCounted()
    {
        var run = await ImportRun.OfTextAsync(Header + Line + "489434,POST,POSTAGE,1,2009-12-01 07:45:00,18.00,13085,United Kingdom\n489434,m,Manual,1,2009-12-01 07:45:00,2,13085,UK\n");
        Assert.Equal(3, run.Report.RowsKept);
        Assert.Equal(2, run.Report.NotProductLines);
    }

    [Fact]
    public async Task RepeatedLines_AreKept_EachUnderItsOwnId()
    {
        var run = await ImportRun.OfTextAsync(Header + Line + Line + Line);
        Assert.Equal(3, run.Events.Select(e => e.Event.EventId).Distinct().Count());
        Assert.Equal(2, run.Report.RepeatedRows);
    }

    [Fact]
    public async Task RepeatedLines_WithTheSwitch_AreDropped()
    {
        var run = await ImportRun.OfTextAsync(Header + Line + Line + Line, new ImportOptions { DropExactDuplicates = true });
        Assert.Equal(2, run.Report.Dropped[DropPolicies.ExactDuplicate]);
        Assert.Equal((await ImportRun.OfTextAsync(Header + Line)).Only, run.Only);
    }
}
