using OrleansSeg.Data.Import;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Tests.Import;

public sealed class OnlineRetailTests
{
    [SkippableFact]
    public async Task RealFile_WholeRead_GivesTheKnownCounts()
    {
        var path = SharedData.File("online-retail-II/online_retail_II.csv");
        await using var import = await EventFileImport.OpenAsync(path, new ImportOptions { Layout = "online-retail" }, TimeProvider.System);
        var buyers = new HashSet<string>();
        await foreach (var e in import.ReadAsync())
        {
            if (e.Event.Type == EventType.Purchase)
            {
                buyers.Add(e.CustomerId);
            }
        }

        var report = import.Report;
        Assert.Equal(1_044_847, report.RowsRead);
        Assert.Equal(235_287, report.Dropped[DropPolicies.MissingCustomerId]);
        Assert.Equal(70, report.Dropped[DropPolicies.NonPositivePrice]);
        Assert.Empty(report.Rejected);
        Assert.Equal(5_939, report.Customers);
        Assert.Equal(5_878, buyers.Count);
        Assert.Equal(new DateTimeOffset(2009, 12, 1, 7, 45, 0, TimeSpan.Zero), report.FirstEvent);
        Assert.Equal(new DateTimeOffset(2011, 12, 9, 12, 50, 0, TimeSpan.Zero), report.LastEvent);
    }
}
