using Microsoft.Extensions.Logging;
using Orleans.Storage;
using OrleansSeg.Customers.Scoring;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Segments;

namespace OrleansSeg.Customers.Partitions;

/// <summary>Finds customers of a partition that are due for scoring or retention, and index entries that differ from their customer.</summary>
/// <remarks>
/// Due by the index: an assignment older than the refresh age, one by another model than the one in service, or none yet. Due by the
/// store: behaviour that a crash left unscored; each sweep compares some customers' records with the index. Both go round, so that no
/// customer that fails keeps others from their turn.
/// </remarks>
internal sealed partial class PartitionSweep(
    PartitionKey key,
    SegmentIndex index,
    IGrainFactory grains,
    IGrainStorage storage,
    ModelWatch models,
    PartitionOptions options,
    CustomerOptions customers,
    TimeProvider time,
    ILogger logger)
{
    private string? _rescoredUpTo;
    private string? _comparedUpTo;

    /// <summary>Sweeps once.</summary>
    /// <param name="limit">Most customers to re-score.</param>
    /// <param name="cancellationToken">Stops between customers.</param>
    public async Task<SweepReceipt> RunAsync(int limit, CancellationToken cancellationToken)
    {
        var version = await models.AskAsync(key.Site, cancellationToken);
        var (examined, waiting) = (0, 0);
        var (later, earlier) = (new List<string>(), new List<string>());
        await foreach (var entry in index.ReadAsync(null))
        {
            examined++;
            if (version > 0 && IsDue(entry, version))
            {
                waiting++;
                var turn = string.CompareOrdinal(entry.Customer, _rescoredUpTo) > 0 ? later : earlier;
                if (turn.Count < limit)
                {
                    turn.Add(entry.Customer);
                }
            }
        }

        var due = later.Concat(earlier).Take(limit).ToList();
        _rescoredUpTo = due.Count > 0 ? due[^1] : _rescoredUpTo;
        var (repaired, dirty) = await CompareAsync(due.ToHashSet(StringComparer.Ordinal), version > 0, cancellationToken);
        waiting += dirty.Count;
        due.AddRange(dirty.Take(limit - due.Count));
        var rescored = await RefreshAsync(due, cancellationToken);
        return new SweepReceipt(examined, rescored, repaired, waiting - due.Count);
    }

    private bool IsDue(IndexEntry entry, int version) => entry.Segment != SegmentNames.Unprofiled
        && (entry.ModelVersion != version || time.GetUtcNow() - entry.AssignedAt >= customers.RefreshAfter);

    private async Task<int> RefreshAsync(List<string> due, CancellationToken cancellationToken)
    {
        // One that is done makes room for the next at once, so the engine's batches are full until the last.
        var rescored = 0;
        await Parallel.ForEachAsync(due, options.LimitsHere(cancellationToken), async (customer, token) =>
        {
            if (await TryAsync(customer, async () => await RefreshAsync(customer, token) == RefreshOutcome.Rescored, token))
            {
                rescored++;
            }
        });
        return rescored;
    }

    private Task<RefreshOutcome> RefreshAsync(string customer, CancellationToken cancellationToken) =>
        grains.GetGrain<ICustomerUpkeepGrain>(customer).RefreshAsync(cancellationToken);

    private async Task<(int Repaired, List<string> Dirty)> CompareAsync(HashSet<string> due, bool hasModel, CancellationToken cancellationToken)
    {
        var entries = new List<IndexEntry>();
        await foreach (var entry in index.ReadAsync(_comparedUpTo))
        {
            entries.Add(entry);
            if (entries.Count == options.SweepComparedMax)
            {
                break;
            }
        }

        _comparedUpTo = entries.Count < options.SweepComparedMax ? null : entries[^1].Customer;
        var retention = RetentionRule.At(time.GetUtcNow(), customers.RetentionByType);
        var repaired = 0;
        var dirty = new List<string>();
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            CustomerState? state = null;
            repaired += await TryAsync(
                entry.Customer,
                async () =>
                {
                    state = await ReadAsync(entry.Customer, cancellationToken);
                    return await RepairAsync(entry, state, cancellationToken);
                },
                cancellationToken) ? 1 : 0;
            if (state is { IsKnown: true } known)
            {
                if (hasModel && IsDirty(known) && !due.Contains(entry.Customer))
                {
                    dirty.Add(entry.Customer);
                }

                await RetainAsync(entry.Customer, known, retention, cancellationToken);
            }
        }

        return (repaired, dirty);
    }

    private bool IsDirty(CustomerState state) => state.MayProfile(customers) && state.Assignment?.Revision != state.Revision;

    private Task RetainAsync(string customer, CustomerState state, RetentionRule retention, CancellationToken cancellationToken) =>
        !retention.IsDueFor(state) ? Task.CompletedTask : TryAsync(
            customer,
            async () => await grains.GetGrain<ICustomerUpkeepGrain>(customer).ApplyRetentionAsync(cancellationToken) > 0,
            cancellationToken);

    private async Task<bool> RepairAsync(IndexEntry entry, CustomerState? state, CancellationToken cancellationToken)
    {
        if (state is { IsKnown: true } && CustomerOutbox.EntryOf(entry.Customer, state, customers).SaysTheSameAs(entry))
        {
            return false;
        }

        await grains.GetGrain<ICustomerUpkeepGrain>(entry.Customer).ReconcileAsync(cancellationToken);
        return await index.FindAsync(entry.Customer) is var after && (after is null || !after.SaysTheSameAs(entry));
    }

    private async Task<CustomerState?> ReadAsync(string customer, CancellationToken cancellationToken)
    {
        var grain = grains.GetGrain<ICustomerGrain>(customer).GetGrainId();
        return (await new GrainRecords(storage, grain).ReadAsync<CustomerState>(CustomerStorage.CustomerRecord, cancellationToken)).Value;
    }

    private async Task<bool> TryAsync(string customer, Func<Task<bool>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await step();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(customer, exception);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweep could not look after customer {Customer}; it comes round again.")]
    private partial void LogFailed(string customer, Exception exception);
}
