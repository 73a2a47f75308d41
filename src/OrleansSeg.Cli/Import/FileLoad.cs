using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Data.Import;
using OrleansSeg.Events;

namespace OrleansSeg.Cli.Import;

/// <summary>What one file brought.</summary>
/// <param name="Quality">What was found in it.</param>
/// <param name="Totals">What became of its events.</param>
internal sealed record FileLoad(DataQualityReport Quality, LoadTotals Totals)
{
    /// <summary>Brings a file to the site's customers and shows how far it is; returns when all of it is durable.</summary>
    /// <param name="output">Where progress goes.</param>
    /// <param name="session">The way to the grains.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it; site and currency are the session's.</param>
    /// <param name="cancellationToken">Stops between calls.</param>
    /// <exception cref="ImportUsageException">The file is not what the options say.</exception>
    public static async Task<FileLoad> RunAsync(
        VerbOutput output, ClusterSession session, string path, ImportOptions options, CancellationToken cancellationToken)
    {
        var site = await session.Client.GetLayoutAsync(cancellationToken);
        var complete = options with { SiteCurrency = site.Currency, Site = session.Client.Site };
        await using var import = await EventFileImport.OpenAsync(path, complete, TimeProvider.System, cancellationToken);
        var read = 0L;
        var totals = await ProgressDisplay.RunAsync(output, $"Importing {Path.GetFileName(path)}", report =>
            new CustomerLoader(session.Client).LoadAsync(
                CountAsync(import.ReadAsync(cancellationToken)),
                totals => report(import.Progress, $"{Volatile.Read(ref read):N0} events read, {totals.Added:N0} stored"),
                cancellationToken));
        return new FileLoad(import.Report, totals);

        // Progress is told from several threads, and the import's own report belongs to the one that reads.
        async IAsyncEnumerable<CustomerEvent> CountAsync(IAsyncEnumerable<CustomerEvent> events)
        {
            await foreach (var e in events)
            {
                Interlocked.Increment(ref read);
                yield return e;
            }
        }
    }
}
