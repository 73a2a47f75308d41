using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Segments;
using OrleansSeg.Tagging;

namespace OrleansSeg.Client;

/// <summary>What a storefront asks of one site: segments of customers, members of segments, and the recording of behaviour.</summary>
/// <remarks>Thread-safe; make one for each site. Single calls cost one grain call; prefer the bulk calls to calling in a loop.</remarks>
public sealed class SegmentationClient
{
    /// <summary>Most customers in one call to a partition.</summary>
    private const int PartitionCallMax = 1_000;

    private const int MembersPageSize = 1_000;
    private const int TaggerSlots = 16;

    private readonly IGrainFactory _grains;
    private SiteLayout? _layout;
    private int _taggerSlot;

    /// <summary>Makes the client.</summary>
    /// <param name="grains">An Orleans client, or a silo's own factory.</param>
    /// <param name="site">The site, <c>[a-z0-9-]{1,32}</c>.</param>
    /// <exception cref="ArgumentException">The site is not one.</exception>
    public SegmentationClient(IGrainFactory grains, string site)
    {
        ArgumentNullException.ThrowIfNull(grains);
        if (!CustomerKey.IsSite(site))
        {
            throw new ArgumentException($"'{site}' is not a site: 1 to 32 characters of a-z, 0-9 and '-'.", nameof(site));
        }

        (_grains, Site) = (grains, site);
    }

    /// <summary>The site.</summary>
    public string Site { get; }

    /// <summary>The customer's grain, for calls beyond this class.</summary>
    /// <exception cref="ArgumentException">The id breaks a bound.</exception>
    public ICustomerGrain Customer(string customerId) => _grains.GetGrain<ICustomerGrain>(CustomerKey.Create(Site, customerId).GrainKey);

    /// <summary>The current assignment, at once.</summary>
    /// <exception cref="ArgumentException">The id breaks a bound.</exception>
    public ValueTask<SegmentAssignment> LookUpAsync(string customerId) => Customer(customerId).LookUpAsync();

    /// <summary>Assignments in the order asked for. Cost: one call to each partition concerned, all at once.</summary>
    /// <exception cref="ArgumentException">An id breaks a bound; nothing is asked then.</exception>
    public async Task<ImmutableArray<SegmentAssignment>> LookUpManyAsync(
        IReadOnlyList<string> customerIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(customerIds);
        var partitionCount = (await GetLayoutAsync(cancellationToken)).PartitionCount;
        var assignments = new SegmentAssignment[customerIds.Count];
        var calls = Enumerable.Range(0, customerIds.Count)
            .GroupBy(i => CustomerKey.Create(Site, customerIds[i]).PartitionOf(partitionCount))
            .SelectMany(group => group.Chunk(PartitionCallMax).Select(positions => (Partition: group.Key, Positions: positions)))
            .ToList();
        await Task.WhenAll(calls.Select(async call =>
        {
            var answers = await Partition(call.Partition).LookUpManyAsync([.. call.Positions.Select(i => customerIds[i])], cancellationToken);
            for (var i = 0; i < answers.Length; i++)
            {
                assignments[call.Positions[i]] = answers[i];
            }
        }));
        return ImmutableCollectionsMarshal.AsImmutableArray(assignments);
    }

    /// <summary>Records behaviour; returns when it is durable.</summary>
    /// <exception cref="ArgumentException">The id breaks a bound, or there are more than 10,000 events.</exception>
    public Task<RecordReceipt> RecordAsync(string customerId, ImmutableArray<BehaviourEvent> events, CancellationToken cancellationToken = default) =>
        Customer(customerId).RecordAsync(events, cancellationToken);

    /// <summary>Labelled stretches of texts, in the order of the texts, told by the site's tagger; <see cref="TaggedEvents"/> makes events of them to record.</summary>
    /// <remarks>Cost: a call for every thousand texts or half a megabyte, all at once. Nothing is recorded.</remarks>
    /// <exception cref="NoTaggerException">The site has no tagger.</exception>
    /// <exception cref="ArgumentException">A text is longer than an event's may be.</exception>
    /// <exception cref="Inference.InferenceOverloadedException">The engine's queue is full; try again later.</exception>
    /// <exception cref="Inference.InferenceUnavailableException">No silo that serves the site can tag now.</exception>
    public async Task<ImmutableArray<ImmutableArray<TagSpan>>> TagAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var answers = await Task.WhenAll(CallsOf(texts).Select(call => NextTagger().TagAsync(call, cancellationToken)));
        return [.. answers.SelectMany(answer => answer.Spans)];
    }

    /// <summary>Every member of a segment, page after page, as the index holds it while it is read.</summary>
    public async IAsyncEnumerable<SegmentMember> GetMembersAsync(
        string segment, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var grain = _grains.GetGrain<ISegmentGrain>($"{Site}:{segment}");
        string? token = null;
        do
        {
            var page = await grain.GetMembersAsync(token, MembersPageSize, cancellationToken);
            foreach (var member in page.Members)
            {
                yield return member;
            }

            token = page.NextPageToken;
        }
        while (token is not null);
    }

    /// <summary>How many customers each segment holds. Cost: one call to each partition.</summary>
    public async Task<ImmutableSortedDictionary<string, long>> GetSegmentSizesAsync(CancellationToken cancellationToken = default)
    {
        var partitions = (await GetLayoutAsync(cancellationToken)).PartitionCount;
        var parts = await Task.WhenAll(Enumerable.Range(0, partitions).Select(n => Partition(n).GetSegmentSizesAsync(cancellationToken)));
        return parts.SelectMany(part => part)
            .GroupBy(pair => pair.Key)
            .ToImmutableSortedDictionary(group => group.Key, group => group.Sum(pair => pair.Value), StringComparer.Ordinal);
    }

    /// <summary>How the site's customers are spread: asked for once.</summary>
    public async ValueTask<SiteLayout> GetLayoutAsync(CancellationToken cancellationToken = default) =>
        _layout ??= await _grains.GetGrain<ISiteGrain>(Site).GetLayoutAsync(cancellationToken);

    /// <summary>One partition's grain.</summary>
    /// <param name="number">0 to the layout's partition count, exclusive.</param>
    public IPartitionGrain Partition(int number) => _grains.GetGrain<IPartitionGrain>(new PartitionKey(Site, number).GrainKey);

    // A slot's calls go to one silo, so calls take slots in turn.
    private ITaggerGrain NextTagger() => _grains.GetGrain<ITaggerGrain>($"{Site}:{(uint)Interlocked.Increment(ref _taggerSlot) % TaggerSlots}");

    private static IEnumerable<ImmutableArray<string>> CallsOf(IReadOnlyList<string> texts)
    {
        var (call, bytes) = (ImmutableArray.CreateBuilder<string>(), 0);
        foreach (var text in texts)
        {
            var length = Encoding.UTF8.GetByteCount(text);
            if (call.Count == TaggingLimits.TextsMax || (call.Count > 0 && bytes + length > TaggingLimits.BytesMax))
            {
                yield return call.ToImmutable();
                call.Clear();
                bytes = 0;
            }

            call.Add(text);
            bytes += length;
        }

        if (call.Count > 0)
        {
            yield return call.ToImmutable();
        }
    }
}
