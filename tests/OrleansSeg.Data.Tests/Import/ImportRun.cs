using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using OrleansSeg.Data.Import;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Tests.Import;

/// <summary>A file that was imported whole: its events and its report.</summary>
internal sealed record ImportRun(IReadOnlyList<CustomerEvent> Events, DataQualityReport Report)
{
    /// <summary>The clock of every test: 2020-01-01.</summary>
    public static FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>The one event there is.</summary>
    public BehaviourEvent Only => Assert.Single(Events).Event;

    /// <summary>The one rejection there is: how it is counted, its field and its reason.</summary>
    public RejectedExample OnlyRejection
    {
        get
        {
            Assert.Equal(1, Report.Rejected.Values.Sum());
            var example = Assert.Single(Report.RejectedExamples);
            Assert.Equal(1, Report.Rejected[example.Code]);
            return example;
        }
    }

    public static Task<ImportRun> OfTextAsync(string text, ImportOptions? options = null, string name = "shop.csv") =>
        OfBytesAsync(Encoding.UTF8.GetBytes(text), options, name);

    public static async Task<ImportRun> OfBytesAsync(byte[] bytes, ImportOptions? options = null, string name = "shop.csv")
    {
        var folder = Directory.CreateTempSubdirectory("orleansseg-import-");
        try
        {
            var path = Path.Combine(folder.FullName, name);
            await File.WriteAllBytesAsync(path, bytes);
            return await OfFileAsync(path, options);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Imports with a mapping file of this text.</summary>
    public static async Task<ImportRun> OfMappedAsync(string mapping, string text, ImportOptions? options = null, string name = "shop.csv")
    {
        var folder = Directory.CreateTempSubdirectory("orleansseg-mapping-");
        try
        {
            var path = Path.Combine(folder.FullName, "mapping.json");
            await File.WriteAllTextAsync(path, mapping);
            return await OfTextAsync(text, (options ?? new ImportOptions()) with { MappingFile = path }, name);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Imports a file and checks what holds for every import.</summary>
    public static async Task<ImportRun> OfFileAsync(string path, ImportOptions? options = null)
    {
        var events = new List<CustomerEvent>();
        await using var import = await EventFileImport.OpenAsync(path, options ?? new ImportOptions(), Clock);
        await foreach (var e in import.ReadAsync())
        {
            AssertAddsUp(import.Report);
            events.Add(e);
        }

        var report = import.Report;
        AssertAddsUp(report);
        Assert.Equal(events.Count, report.Events);
        Assert.All(events, e => Assert.Null(EventValidator.FindProblem(e.Event, Clock.GetUtcNow())));
        return new ImportRun(events, report);
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static void AssertAddsUp(DataQualityReport report)
    {
        Assert.Equal(report.RowsRead, report.RowsKept + report.Dropped.Values.Sum() + report.Rejected.Values.Sum());
        Assert.Equal(report.RowsKept, report.Events);
        Assert.Equal(report.Events, report.EventTypes.Values.Sum());
    }
}
