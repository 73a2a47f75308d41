using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Client;
using OrleansSeg.Models;

namespace OrleansSeg.Cli.Import;

/// <summary>Scores every customer that is due, partition after partition, and shows how far it is.</summary>
internal static class SweepProgress
{
    private const int CustomersPerCall = 500;
    private const int PartitionsAtOnce = 4;

    /// <summary>Sweeps until nothing is due; does nothing when no model is in service.</summary>
    /// <returns>Customers scored.</returns>
    public static Task<long> RunAsync(VerbOutput output, ClusterSession session, CancellationToken cancellationToken) =>
        RunAsync(output, session.Grains, session.Client, cancellationToken);

    /// <summary>The same for a site that is perhaps not the session's.</summary>
    public static async Task<long> RunAsync(VerbOutput output, IGrainFactory grains, SegmentationClient site, CancellationToken cancellationToken)
    {
        var model = await grains.GetGrain<IModelRegistryGrain>(site.Site).GetCurrentAsync(cancellationToken);
        if (model is null)
        {
            return 0;
        }

        var partitions = (await site.GetLayoutAsync(cancellationToken)).PartitionCount;
        return await ProgressDisplay.RunAsync(output, $"Scoring with model {model.Version}", async report =>
        {
            var (done, scored) = (0, 0L);
            var limits = new ParallelOptions { MaxDegreeOfParallelism = PartitionsAtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(Enumerable.Range(0, partitions), limits, async (number, token) =>
            {
                var now = Interlocked.Add(ref scored, await SweepAsync(site, number, token));
                report(Interlocked.Increment(ref done) / (double)partitions, $"{now:N0} customers");
            });
            return scored;
        });
    }

    private static async Task<long> SweepAsync(SegmentationClient site, int number, CancellationToken cancellationToken)
    {
        var scored = 0L;
        while (true)
        {
            var receipt = await site.Partition(number).SweepAsync(CustomersPerCall, cancellationToken);
            scored += receipt.Rescored;

            // A customer that stays due although it was asked to be scored will be tried again by the partition itself.
            if (receipt.Remaining == 0 || receipt.Rescored == 0)
            {
                return scored;
            }
        }
    }
}
