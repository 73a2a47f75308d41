using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using OrleansSeg.Customers.History;
using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Customers;

/// <summary>Reads the store behind the grains' backs and compares.</summary>
/// <remarks>
/// A customer that changes while it is compared is compared again. A registration without a customer is no mismatch by itself: a crash
/// between the two leaves it, and the sweep removes it; one with an assignment is.
/// </remarks>
[GrainType("seg.verification")]
internal sealed class VerificationGrain(
    IGrainContext context,
    IGrainFactory grains,
    [FromKeyedServices(CustomerStorage.ProviderName)] IGrainStorage storage,
    IGrainStateCatalog catalog,
    SiteDirectory sites,
    IOptions<CustomerOptions> options) : IGrainBase, IVerificationGrain
{
    private const int ShownMax = 100;
    private const int EntriesPerCall = 2_000;
    private const int TriesMax = 5;

    private readonly List<VerificationMismatch> _shown = [];
    private long _mismatches;
    private long _customers;
    private long _events;

    /// <inheritdoc />
    public IGrainContext GrainContext => context;

    private string Site => context.GrainId.Key.ToString()!;

    /// <inheritdoc />
    public async Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken)
    {
        _shown.Clear();
        (_mismatches, _customers, _events) = (0, 0, 0);
        var entries = await ReadIndexAsync(cancellationToken);
        await foreach (var grain in catalog.EnumerateAsync(CustomerStorage.CustomerRecord, $"seg.customer/{Site}:", cancellationToken))
        {
            var key = grain.Key.ToString()!;
            entries.Remove(key, out var entry);
            await CompareAsync(grain, key, entry, cancellationToken);
        }

        foreach (var ghost in entries.Values.Where(entry => entry.Version > 0))
        {
            Report(ghost.Customer, "ghost", $"the index says {ghost.Segment}, the store has no such customer");
        }

        return new VerificationReport(_customers, _events, [.. _shown], _mismatches);
    }

    private async Task<Dictionary<string, IndexEntry>> ReadIndexAsync(CancellationToken cancellationToken)
    {
        var entries = new Dictionary<string, IndexEntry>(StringComparer.Ordinal);
        var layout = await sites.GetLayoutAsync(Site, cancellationToken);
        for (var number = 0; number < layout.PartitionCount; number++)
        {
            var partition = grains.GetGrain<IPartitionRegistryGrain>(new PartitionKey(Site, number).GrainKey);
            ImmutableArray<IndexEntry> page;
            string? after = null;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                page = await partition.GetEntriesAsync(after, EntriesPerCall);
                foreach (var entry in page)
                {
                    entries[entry.Customer] = entry;
                    after = entry.Customer;
                }
            }
            while (page.Length == EntriesPerCall);
        }

        return entries;
    }

    private async Task CompareAsync(GrainId grain, string key, IndexEntry? entry, CancellationToken cancellationToken)
    {
        var records = new GrainRecords(storage, grain);
        for (var tries = 1; ; tries++)
        {
            var stored = await records.ReadAsync<CustomerState>(CustomerStorage.CustomerRecord, cancellationToken);
            if (stored.Value is not { IsKnown: true } state)
            {
                return;
            }

            var problem = FindIndexProblem(state, entry) ?? await FindHistoryProblemAsync(state, new PageStore(records), cancellationToken);
            if (problem is { } found && tries < TriesMax && await HasMovedAsync(records, stored.ETag, key, entry, cancellationToken))
            {
                entry = await FindEntryAsync(key);
                continue;
            }

            var count = state.SealedCount + EventBlock.Parse(state.Hot).Count;
            _customers += count > 0 ? 1 : 0;
            _events += count;
            if (problem is { } mismatch)
            {
                Report(key, mismatch.Kind, mismatch.Detail);
            }

            return;
        }
    }

    private (string Kind, string Detail)? FindIndexProblem(CustomerState state, IndexEntry? entry)
    {
        if (entry is null)
        {
            return ("unregistered", $"the customer has {state.SealedCount + EventBlock.Parse(state.Hot).Count} events, the partition does not know it");
        }

        var segment = state.SegmentName(options.Value);
        return (entry.Epoch, entry.Version, entry.Segment) == (state.Epoch, state.AssignmentVersion, segment)
            ? null
            : ("index", $"the index says {entry.Segment} (version {entry.Epoch}.{entry.Version}), the customer {segment} (version {state.Epoch}.{state.AssignmentVersion})");
    }

    private static async Task<(string Kind, string Detail)?> FindHistoryProblemAsync(CustomerState state, PageStore pages, CancellationToken cancellationToken)
    {
        try
        {
            var ids = new HashSet<string>(StringComparer.Ordinal);
            var hot = EventBlock.Parse(state.Hot);
            var blocks = new List<EventBlock> { hot };
            foreach (var entry in await new HistoryReader(state, hot, pages).ListPagesAsync(long.MinValue, long.MaxValue, cancellationToken))
            {
                var block = await pages.ReadAsync(entry.Number, state.Epoch, cancellationToken);
                if (block.Count != entry.Count)
                {
                    return ("history", $"page {entry.Number} holds {block.Count} events, its entry says {entry.Count}");
                }

                blocks.Add(block);
            }

            var total = blocks.Sum(block => (long)block.Count);
            ids.UnionWith(blocks.SelectMany(block => Enumerable.Range(0, block.Count).Select(block.IdAt)));
            var aggregates = state.ReadAggregates().EventCount;
            return ids.Count != total ? ("history", $"{total} events carry {ids.Count} ids")
                : aggregates != total ? ("history", $"the pages hold {total} events, the aggregates count {aggregates}")
                : null;
        }
        catch (Exception exception) when (exception is PageMissingException or FormatException)
        {
            return ("history", exception.Message);
        }
    }

    private async Task<bool> HasMovedAsync(GrainRecords records, string? etag, string key, IndexEntry? entry, CancellationToken cancellationToken) =>
        (await records.ReadAsync<CustomerState>(CustomerStorage.CustomerRecord, cancellationToken)).ETag != etag || await FindEntryAsync(key) != entry;

    private async Task<IndexEntry?> FindEntryAsync(string key)
    {
        var partition = await sites.GetPartitionAsync(Events.CustomerKey.Parse(key));
        return await partition.FindAsync(key);
    }

    private void Report(string customer, string kind, string detail)
    {
        _mismatches++;
        if (_shown.Count < ShownMax)
        {
            _shown.Add(new VerificationMismatch(customer, kind, detail));
        }
    }
}
