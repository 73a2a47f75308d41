using OrleansSeg.Data.Import;
using OrleansSeg.Data.Simulation;

namespace OrleansSeg.Data.Tests.Simulation;

public sealed class ShopFileTests
{
    [Fact]
    public async Task File_ReadByTheEventsLayout_GivesTheEventsThatWereWritten()
    {
        var events = new ShopSimulator(new ShopOptions { Customers = 60, End = Shops.End }).ByTime().ToList();
        var folder = Directory.CreateTempSubdirectory("orleansseg-shop-");
        try
        {
            var path = Path.Combine(folder.FullName, "shop.jsonl");
            await using (var stream = File.Create(path))
            {
                await EventFileWriter.WriteAsync(stream, events);
            }

            await using var import = await EventFileImport.OpenAsync(path, new ImportOptions { Layout = "events" }, TimeProvider.System);
            var read = await import.ReadAsync().ToListAsync();
            Assert.Equal(events.Count, import.Report.RowsKept);
            Assert.Equal(0, import.Report.RowsRead - import.Report.RowsKept);
            Assert.All(events.Zip(read), pair =>
            {
                Assert.Equal(pair.First.CustomerId, pair.Second.CustomerId);
                Assert.True(pair.First.Event.SaysTheSameAs(pair.Second.Event), $"{pair.First.Event}\n{pair.Second.Event}");
                Assert.Equal(pair.First.Attributes ?? new Dictionary<string, string>(), pair.Second.Attributes ?? new Dictionary<string, string>());
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
