using OrleansSeg.Cli.Import;
using OrleansSeg.Data.Import;
using OrleansSeg.Data.Simulation;

namespace OrleansSeg.Cli.Bench;

/// <summary>Rows of a file: read alone, and read and stored as customers' histories.</summary>
internal sealed class ImportBench : IBenchmark
{
    private const int Readings = 3;

    /// <inheritdoc />
    public string Name => "import";

    /// <inheritdoc />
    public string Description => "Rows per second of a file: read, and read and stored durably.";

    /// <inheritdoc />
    public int CustomersByDefault => 5_000;

    /// <inheritdoc />
    public async Task<BenchReport> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var recorder = new BenchRecorder(Name);
        using var folder = BenchFolder.Create(context.Verb.Settings);
        var (path, layout) = await FindFileAsync(context, folder, cancellationToken);
        for (var reading = 0; reading < Readings; reading++)
        {
            var (read, alone) = await ReadAsync(context, path, layout, cancellationToken);
            recorder.Rate("rowsRead", read.RowsRead / alone.TotalSeconds);
        }

        await using var session = await context.OpenAsync(Path.Combine(folder.FullPath, "store"), cancellationToken);
        var began = TimeProvider.System.GetTimestamp();
        await using var import = await OpenAsync(context, path, layout, cancellationToken);
        var loaded = await new CustomerLoader(session.Client).LoadAsync(import.ReadAsync(cancellationToken), _ => { }, cancellationToken);
        var elapsed = TimeProvider.System.GetElapsedTime(began);
        recorder.Rate("rowsImported", import.Report.RowsRead / elapsed.TotalSeconds);
        recorder.Rate("eventsStored", loaded.Added / elapsed.TotalSeconds);
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        recorder.Bytes("peakWorkingSet", process.PeakWorkingSet64);
        recorder.Setting("rows", $"{import.Report.RowsRead}");
        recorder.Setting("events", $"{loaded.Added}");
        recorder.Setting("customers", $"{import.Report.Customers}");
        recorder.Setting("megabytes", $"{new FileInfo(path).Length / 1e6:F0}");
        recorder.Setting("file", $"{(context.Settings.File is { } given ? given.Name : "simulated")}");
        recorder.Setting("fileSystem", $"{folder.FileSystem}");
        return recorder.ToReport();
    }

    private static async Task<(string Path, string? Layout)> FindFileAsync(BenchContext context, BenchFolder folder, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        if (settings.File is { } given)
        {
            return given.Exists ? (given.FullName, settings.Layout) : throw new UsageException($"There is no file {given.FullName}.");
        }

        var path = Path.Combine(folder.FullPath, "events.jsonl");
        context.Output.Say($"Writing a file of {settings.Rows} rows.");
        var shop = new ShopSimulator(new ShopOptions { Customers = 10_000_000, End = TimeProvider.System.GetUtcNow(), Seed = context.Seed });
        await using var stream = File.Create(path);
        await EventFileWriter.WriteAsync(stream, shop.ByCustomer().Take(settings.Rows), null, cancellationToken);
        return (path, "events");
    }

    private static Task<EventFileImport> OpenAsync(BenchContext context, string path, string? layout, CancellationToken cancellationToken) =>
        EventFileImport.OpenAsync(
            path, new ImportOptions { Layout = layout, Site = context.Verb.Settings.Site }, TimeProvider.System, cancellationToken);

    private static async Task<(DataQualityReport Report, TimeSpan Elapsed)> ReadAsync(
        BenchContext context, string path, string? layout, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        await using var import = await OpenAsync(context, path, layout, cancellationToken);
        await foreach (var _ in import.ReadAsync(cancellationToken))
        {
            // Only the reading is measured.
        }

        return (import.Report, TimeProvider.System.GetElapsedTime(began));
    }
}
