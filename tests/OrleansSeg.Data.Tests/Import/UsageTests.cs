using OrleansSeg.Data.Import;

namespace OrleansSeg.Data.Tests.Import;

/// <summary>What cannot be done as asked is refused before the first row, naming what was expected and what was found.</summary>
public sealed class UsageTests
{
    private const string Events = "customerId,type,timestamp\nc,view,2019-03-01\n";

    [Fact]
    public async Task UnknownLayout_NamesTheLayouts() => Assert.Equal(
        "There is no layout 'online_retail': one of cdnow, complete-journey, events, online-retail, rees46 was expected.",
        await MessageAsync(Events, new ImportOptions { Layout = "online_retail" }));

    [Fact]
    public async Task MissingColumns_AreNamed_WithThoseFound() => Assert.Equal(
        "shop.csv lacks columns that layout online-retail needs: customer (Customer ID or CustomerID), time (InvoiceDate), order (Invoice or InvoiceNo), "
        + "item (StockCode), quantity (Quantity), price (Price or UnitPrice), text (Description). Found: customerId, type, timestamp.",
        (await MessageAsync(Events.Replace("customerId", "id", StringComparison.Ordinal), new ImportOptions { Layout = "online-retail" }))
            .Replace("Found: id,", "Found: customerId,", StringComparison.Ordinal));

    [Fact]
    public async Task ColumnsOfNoLayout_SayWhatToDo() => Assert.Equal(
        "shop.csv has the columns of no layout (cdnow, complete-journey, events, online-retail, rees46): name one, or say in a mapping file which column is what. Found: who, when.",
        await MessageAsync("who,when\nc,2019-03-01\n", new ImportOptions()));

    [Fact]
    public async Task UnknownFormat_NamesTheFormats() => Assert.Equal(
        "There is no format 'xml': one of csv, tsv, jsonl, parquet, whitespace was expected.", await MessageAsync(Events, new ImportOptions { Format = "xml" }));

    [Theory]
    [InlineData("ab")]
    [InlineData("\"")]
    [InlineData("")]
    public async Task BadDelimiter_IsRefused(string delimiter) => Assert.StartsWith(
        $"The delimiter '{delimiter}' is not one character", await MessageAsync(Events, new ImportOptions { Delimiter = delimiter }), StringComparison.Ordinal);

    [Fact]
    public async Task UnknownTimeZone_IsRefused() => Assert.StartsWith(
        "There is no time zone 'Mars/Olympus' on this machine", await MessageAsync(Events, new ImportOptions { TimeZone = "Mars/Olympus" }), StringComparison.Ordinal);

    [Fact]
    public async Task LayoutAndMapping_Together_AreRefused() => Assert.Equal(
        "Both the layout events and the mapping file m.json were given: one of them was expected.",
        await MessageAsync(Events, new ImportOptions { Layout = "events", MappingFile = "m.json" }));

    [Fact]
    public async Task MappingFileThatIsNotThere_IsRefused() => Assert.Equal(
        "There is no mapping file /nowhere/m.json.", await MessageAsync(Events, new ImportOptions { MappingFile = "/nowhere/m.json" }));

    [Fact]
    public async Task Workbook_IsRefused()
    {
        var problem = await Assert.ThrowsAsync<ImportUsageException>(() => ImportRun.OfBytesAsync([.. "PK\u0003\u0004"u8, 0, 0], null, "shop.xlsx"));
        Assert.StartsWith("shop.xlsx is a ZIP archive or an Excel workbook: csv, tsv, jsonl, parquet, whitespace", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JsonArray_IsRefused()
    {
        var problem = await Assert.ThrowsAsync<ImportUsageException>(() => ImportRun.OfTextAsync("[\n{\"a\":1}]", null, "shop.json"));
        Assert.Equal("The file begins with '[', a JSON array: one JSON object a line was expected.", problem.Message);
    }

    [Fact]
    public async Task JsonLinesWithoutTheColumns_AreRefused()
    {
        var problem = await Assert.ThrowsAsync<ImportUsageException>(() => ImportRun.OfTextAsync("{\"who\":1,\"at\":{\"day\":2}}\n", new ImportOptions { Layout = "events" }, "shop.jsonl"));
        Assert.Equal("shop.jsonl lacks columns that layout events needs: customer (customerId), time (timestamp), type (type). Found: who, at.day.", problem.Message);
    }

    [Fact]
    public async Task FileThatIsNotThere_IsAFileError() =>
        await Assert.ThrowsAsync<FileNotFoundException>(() => EventFileImport.OpenAsync("/nowhere.csv", new ImportOptions(), TimeProvider.System));

    [Fact]
    public async Task SecondRead_IsRefused()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, Events);
        await using var import = await EventFileImport.OpenAsync(path, new ImportOptions(), ImportRun.Clock);
        Assert.Equal(1, await import.ReadAsync().CountAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await import.ReadAsync().CountAsync());
        File.Delete(path);
    }

    [Fact]
    public async Task Cancellation_StopsReading()
    {
        using var stop = new CancellationTokenSource();
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, Events + "c,view,2019-03-02\n");
        await using var import = await EventFileImport.OpenAsync(path, new ImportOptions(), ImportRun.Clock);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var e in import.ReadAsync(stop.Token))
            {
                await stop.CancelAsync();
            }
        });
        Assert.Equal(1, import.Report.RowsRead);
        File.Delete(path);
    }

    private static async Task<string> MessageAsync(string text, ImportOptions options) =>
        (await Assert.ThrowsAsync<ImportUsageException>(() => ImportRun.OfTextAsync(text, options))).Message;
}
