using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using OrleansSeg.Customers.History;
using OrleansSeg.Customers.Partitions;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;
using OrleansSeg.Placement;

namespace OrleansSeg.Customers;

/// <summary>Reads the store behind the grains' backs and compares; what grains have in memory does not count.</summary>
/// <remarks>
/// What differs is compared again after a pause, because an assignment may be on its way to the index; what still differs after some
/// rounds is a mismatch. A registration without a customer is none by itself: a crash between the two leaves it, and the sweep removes
/// it; one with an assignment is.
/// </remarks>
[GrainType("seg.verification"), SiteSilos]
internal sealed class VerificationGrain(
    IGrainContext context,
    IGrainFactory grains,
    [FromKeyedServices(CustomerStorage.ProviderName)] IGrainStorage storage,
    IGrainStateCatalog catalog,
    SiteDirectory sites,
    IOptions<CustomerOptions> options,
    TimeProvider time) : IGrainBase, IVerificationGrain
{
    private const int ShownMax = 100;
    private const int Rounds = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public IGrainContext GrainContext => context;

    private string Site => context.GrainId.Key.ToString()!;

    /// <inheritdoc />
    public async Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken)
    {
        var layout = await sites.GetLayoutAsync(Site, cancellationToken);
        var entries = await ReadIndexAsync(layout, cancellationToken);
        var suspects = new List<VerificationMismatch>();
        var (customers, events) = (0L, 0L);
        await foreach (var grain in catalog.EnumerateAsync(CustomerStorage.CustomerRecord, $"seg.customer/{Site}:", cancellationToken))
        {
            var key = grain.Key.ToString()!;
            entries.Remove(key, out var entry);
            var state = await ReadAsync(grain, cancellationToken);
            var count = state is { IsKnown: true } ? state.SealedCount + EventBlock.Parse(state.Hot).Count : 0;
            (customers, events) = (customers + (count > 0 ? 1 : 0), events + count);
            if (await FindProblemAsync(grain, key, state, entry, cancellationToken) is { } problem)
            {
                suspects.Add(problem);
            }
        }

        suspects.AddRange(entries.Values.Where(entry => entry.Version > 0).Select(Ghost));
        for (var round = 0; round < Rounds && suspects.Count > 0; round++)
        {
            await Task.Delay(Pause, time, cancellationToken);
            suspects = await LookAgainAsync(suspects, layout, cancellationToken);
        }

        return new VerificationReport(customers, events, [.. suspects.Take(ShownMax)], suspects.Count);
    }

    private async Task<Dictionary<string, IndexEntry>> ReadIndexAsync(SiteLayout layout, CancellationToken cancellationToken)
    {
        var entries = new Dictionary<string, IndexEntry>(StringComparer.Ordinal);
        for (var number = 0; number < layout.PartitionCount; number++)
        {
            await foreach (var entry in IndexOf(new PartitionKey(Site, number)).ReadAsync(cancellationToken))
            {
                entries[entry.Customer] = entry;
            }
        }

        return entries;
    }

    private async Task<List<VerificationMismatch>> LookAgainAsync(List<VerificationMismatch> suspects, SiteLayout layout, CancellationToken cancellationToken)
    {
        var still = new List<VerificationMismatch>();
        foreach (var suspect in suspects)
        {
            var key = suspect.Customer;
            var partition = new PartitionKey(Site, CustomerKey.Parse(key).PartitionOf(layout.PartitionCount));
            var grain = grains.GetGrain<ICustomerGrain>(key).GetGrainId();
            var entry = await IndexOf(partition).FindAsync(key, cancellationToken);
            var state = await ReadAsync(grain, cancellationToken);
            if (await FindProblemAsync(grain, key, state, entry, cancellationToken) is { } problem)
            {
                still.Add(problem);
            }
        }

        return still;
    }

    private async Task<VerificationMismatch?> FindProblemAsync(
        GrainId grain, string key, CustomerState? state, IndexEntry? entry, CancellationToken cancellationToken)
    {
        if (state is not { IsKnown: true })
        {
            return state is null && entry is { Version: > 0 } ? Ghost(entry) : null;
        }

        if (entry is null)
        {
            var count = state.SealedCount + EventBlock.Parse(state.Hot).Count;
            return new VerificationMismatch(key, "unregistered", $"the customer has {count} events, the partition does not know it");
        }

        var expected = CustomerOutbox.EntryOf(key, state, options.Value);
        return !expected.SaysTheSameAs(entry)
            ? new VerificationMismatch(key, "index", $"the index says {Describe(entry)}, the customer {Describe(expected)}")
            : await FindHistoryProblemAsync(state, new PageStore(new GrainRecords(storage, grain)), cancellationToken) is { } detail
            ? new VerificationMismatch(key, "history", detail)
            : null;
    }

    private static async Task<string?> FindHistoryProblemAsync(CustomerState state, PageStore pages, CancellationToken cancellationToken)
    {
        try
        {
            var hot = EventBlock.Parse(state.Hot);
            var ids = new HashSet<string>(Enumerable.Range(0, hot.Count).Select(hot.IdAt), StringComparer.Ordinal);
            var total = (long)hot.Count;
            foreach (var entry in await new HistoryReader(state, hot, pages).ListPagesAsync(long.MinValue, long.MaxValue, cancellationToken))
            {
                var block = await pages.ReadAsync(entry.Number, state.Epoch, cancellationToken);
                if (PageEntry.Of(entry.Number, block) != entry)
                {
                    return $"page {entry.Number} holds {block.Count} events, its entry says {entry.Count}, or times differ";
                }

                total += block.Count;
                ids.UnionWith(Enumerable.Range(0, block.Count).Select(block.IdAt));
            }

            var aggregates = state.ReadAggregates().EventCount;
            return ids.Count != total ? $"{total} events carry {ids.Count} ids"
                : aggregates != total ? $"the pages hold {total} events, the aggregates count {aggregates}"
                : state.SealedCount + hot.Count != total ? $"the pages hold {total} events, their directory says {state.SealedCount + hot.Count}"
                : null;
        }
        catch (Exception exception) when (exception is PageMissingException or FormatException)
        {
            return exception.Message;
        }
    }

    private async Task<CustomerState?> ReadAsync(GrainId grain, CancellationToken cancellationToken) =>
        (await new GrainRecords(storage, grain).ReadAsync<CustomerState>(CustomerStorage.CustomerRecord, cancellationToken)).Value;

    private StoredIndex IndexOf(PartitionKey partition) =>
        new(new GrainRecords(storage, grains.GetGrain<IPartitionGrain>(partition.GrainKey).GetGrainId()));

    private static VerificationMismatch Ghost(IndexEntry entry) =>
        new(entry.Customer, "ghost", $"the index says {Describe(entry)}, the store has no such customer");

    private static string Describe(IndexEntry entry) => string.Create(
        null, $"{entry.Segment} {entry.Probability:0.###} by model {entry.ModelVersion} at {entry.AssignedAt:u} (version {entry.Epoch}.{entry.Version})");
}
