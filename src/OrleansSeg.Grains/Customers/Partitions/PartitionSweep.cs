using Orleans.Storage;
using OrleansSeg.Customers.Scoring;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Segments;

namespace OrleansSeg.Customers.Partitions;

/// <summary>Finds customers of a partition that are due for scoring, and index entries that lag behind their customer.</summary>
/// <remarks>
/// Due by the index: an assignment older than the refresh age, one by another model than the one in service, or none yet. Due by the
/// store: behaviour that a crash left unscored; each sweep compares some customers' records with the index, going round.
/// </remarks>
internal sealed class PartitionSweep(
    PartitionKey key,
    SegmentIndex index,
    IGrainFactory grains,
    IGrainStorage storage,
    ModelWatch models,
    PartitionOptions options,
    CustomerOptions customers,
    TimeProvider time)
{
    private readonly HashSet<string> _imported = new(StringComparer.Ordinal);
    private string? _comparedUpTo;

    /// <summary>Notes a customer whose new history waits in the back-fill lane.</summary>
    public void Expect(string customer) => _imported.Add(customer);

    /// <summary>Sweeps once.</summary>
    /// <param name="limit">Most customers to re-score.</param>
    /// <param name="cancellationToken">Stops between customers.</param>
    public async Task<SweepReceipt> RunAsync(int limit, CancellationToken cancellationToken)
    {
        var version = await models.AskAsync(key.Site, cancellationToken);
        var due = new List<string>();
        var (examined, waiting) = (0, 0);
        await foreach (var entry in index.ReadAsync(null))
        {
            examined++;
            if (version == 0 || !IsDue(entry, version))
            {
                continue;
            }

            waiting++;
            if (due.Count < limit)
            {
                due.Add(entry.Customer);
            }
        }

        var (repaired, dirty) = await CompareAsync(due.ToHashSet(), version > 0, cancellationToken);
        due.AddRange(dirty.Take(Math.Max(0, limit - due.Count)));
        waiting += dirty.Count;
        var outcomes = await RefreshAsync(due, cancellationToken);
        var rescored = outcomes.Count(outcome => outcome == RefreshOutcome.Rescored);
        return new SweepReceipt(examined, rescored, repaired, waiting - due.Count);
    }

    private bool IsDue(IndexEntry entry, int version) => entry.Segment != SegmentNames.Unprofiled
        && (entry.ModelVersion != version || time.GetUtcNow() - entry.AssignedAt >= customers.RefreshAfter || _imported.Contains(entry.Customer));

    private async Task<RefreshOutcome[]> RefreshAsync(List<string> due, CancellationToken cancellationToken)
    {
        var outcomes = new List<RefreshOutcome>();
        foreach (var group in due.Chunk(options.ConcurrencyMax))
        {
            cancellationToken.ThrowIfCancellationRequested();
            outcomes.AddRange(await Task.WhenAll(group.Select(customer =>
                grains.GetGrain<ICustomerUpkeepGrain>(customer).RefreshAsync(cancellationToken))));
            foreach (var customer in group)
            {
                _imported.Remove(customer);
            }
        }

        return [.. outcomes];
    }

    private async Task<(int Repaired, List<string> Dirty)> CompareAsync(HashSet<string> due, bool hasModel, CancellationToken cancellationToken)
    {
        var compared = 0;
        var repaired = 0;
        var dirty = new List<string>();
        var upTo = _comparedUpTo;
        _comparedUpTo = null;
        await foreach (var entry in index.ReadAsync(upTo))
        {
            if (compared++ == options.SweepComparedMax)
            {
                break;
            }

            _comparedUpTo = entry.Customer;
            cancellationToken.ThrowIfCancellationRequested();
            var state = await ReadAsync(entry.Customer, cancellationToken);
            if (state is not { IsKnown: true } || (state.Epoch, state.AssignmentVersion) != (entry.Epoch, entry.Version))
            {
                repaired += await RepairAsync(entry, cancellationToken) ? 1 : 0;
            }

            if (hasModel && state is { IsKnown: true } && IsDirty(state) && !due.Contains(entry.Customer))
            {
                dirty.Add(entry.Customer);
            }
        }

        _comparedUpTo = compared <= options.SweepComparedMax ? null : _comparedUpTo;
        return (repaired, dirty);
    }

    private bool IsDirty(CustomerState state) => state.MayProfile(customers) && state.Assignment?.Revision != state.Revision;

    private async Task<bool> RepairAsync(IndexEntry entry, CancellationToken cancellationToken)
    {
        var exists = await grains.GetGrain<ICustomerUpkeepGrain>(entry.Customer).ReconcileAsync(cancellationToken);
        if (!exists)
        {
            // Registered, but a crash came before its first event was stored.
            await index.ChangeAsync(entry.Customer, found => found?.Epoch == entry.Epoch && found.Version == entry.Version ? null : found);
        }

        return await index.FindAsync(entry.Customer) is var after && (after is null || after.IsNewerThan(entry));
    }

    private async Task<CustomerState?> ReadAsync(string customer, CancellationToken cancellationToken)
    {
        var grain = grains.GetGrain<ICustomerGrain>(customer).GetGrainId();
        return (await new GrainRecords(storage, grain).ReadAsync<CustomerState>(CustomerStorage.CustomerRecord, cancellationToken)).Value;
    }
}
