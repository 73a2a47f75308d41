using System.Text.Json.Nodes;
using OrleansSeg.Data.Import;

namespace OrleansSeg.Data.Tests.Import;

public sealed class ReportTests
{
    [Fact]
    public async Task Json_HasTheDocumentedShape()
    {
        var run = await ImportRun.OfTextAsync(
            "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
            + "1,A,BALL,1,2010-01-01 10:00,2.5,7,UK\n1,A,BALL,1,2010-01-01 10:00,2.5,7,UK\nC2,A,,-1,2010-01-02,2.5,7,UK\n3,A,BALL,1,2010-01-03,2.5,,UK\n4,A,BALL,x,2010-01-03,2.5,7,UK\n");
        var expected = """
            {
              "rowsRead": 5,
              "rowsKept": 3,
              "dropped": { "missingCustomerId": 1 },
              "rejected": { "badNumber": 1 },
              "rejectedExamples": [ { "row": 6, "field": "quantity", "reason": "column Quantity: 'x' is not a finite number", "code": "badNumber" } ],
              "customers": 1,
              "events": 3,
              "firstEvent": "2010-01-01T10:00:00+00:00",
              "lastEvent": "2010-01-02T00:00:00+00:00",
              "eventTypes": { "purchase": 2, "return": 1 },
              "missingValues": { "text": 1 },
              "returnsMatched": 1,
              "returnsUnmatched": 0,
              "notProductLines": 0,
              "repeatedRows": 1,
              "amountOutliers": 0,
              "amountOutlierLimit": null,
              "layout": "layout online-retail",
              "format": "csv",
              "encoding": "utf-8",
              "encodingRepairs": 0,
              "timeZone": "UTC"
            }
            """;
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), JsonNode.Parse(run.Report.ToJson())!.ToJsonString());
    }

    [Fact]
    public async Task Report_AskedForFromAnotherThread_AddsUp()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "customerId,type,timestamp\n" + string.Concat(Enumerable.Range(0, 30_000).Select(i => $"c{i % 50},{(i % 3 == 0 ? "bad" : "view")},2019-03-01\n")));
        await using var import = await EventFileImport.OpenAsync(path, new ImportOptions(), ImportRun.Clock);
        var reading = Task.Run(async () => await import.ReadAsync().CountAsync());
        while (!reading.IsCompleted)
        {
            var report = import.Report;
            Assert.Equal(report.RowsRead, report.RowsKept + report.Rejected.Values.Sum());
            Assert.InRange(import.Progress, 0, 1);
        }

        Assert.Equal(20_000, await reading);
        Assert.Equal((30_000, 50), (import.Report.RowsRead, import.Report.Customers));
        File.Delete(path);
    }
}
