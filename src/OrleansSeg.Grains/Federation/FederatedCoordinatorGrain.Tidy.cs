using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Models;

namespace OrleansSeg.Federation;

/// <summary>Bundles that nobody needs any more: what is to go is stored with the run before it goes, and goes again if that is not known to be done.</summary>
internal sealed partial class FederatedCoordinatorGrain
{
    private const int RemovalsAtOnce = 8;

    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);

    /// <summary>Whether nothing is left to do.</summary>
    private bool IsIdle => _store.Run is null or { HasEnded: true, Ledger.Spent.IsEmpty: true };

    private async Task TidyAsync(CancellationToken cancellationToken)
    {
        if (_store.Run is not { Ledger.Spent: { IsEmpty: false } spent } run)
        {
            return;
        }

        var gone = new ConcurrentBag<string>();
        try
        {
            await Parallel.ForEachAsync(
                spent.Where(hash => !_removed.Contains(hash)),
                new ParallelOptions { MaxDegreeOfParallelism = RemovalsAtOnce, CancellationToken = cancellationToken },
                async (hash, _) =>
                {
                    // A registered model stays: its sites hold it.
                    await _grains.GetGrain<IBundleGrain>(hash).RemoveAsync();
                    gone.Add(hash);
                });
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotTidied(Name, run.Number, exception);
        }

        _removed.UnionWith(gone);
        if (run.HasEnded && spent.All(_removed.Contains))
        {
            await WriteAsync(run);
        }
    }

    /// <summary>Writes a run that goes on from the stored one.</summary>
    /// <param name="next">The run.</param>
    /// <param name="written">Bundles that were written for this change.</param>
    private async Task WriteAsync(RunState next, params IEnumerable<string> written)
    {
        var before = _store.Run!;
        var noted = RunLedger.Note(before, next, written, _removed);
        if (noted.HasEnded && !before.HasEnded)
        {
            foreach (var number in RunLedger.DueAfter(noted, _options.CheckpointRunsKept))
            {
                noted = RunLedger.Clear(noted, number == noted.Number ? noted : await _store.ReadAsync(number, _stop.Token) ?? new RunState { Number = number });
            }
        }

        await KeepAsync(() => _store.WriteAsync(noted));
        _removed.IntersectWith(noted.Ledger.Spent);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Federation {Name}: bundles of run {Run} are still there; it is tried again.")]
    private partial void LogNotTidied(string name, int run, Exception exception);
}
