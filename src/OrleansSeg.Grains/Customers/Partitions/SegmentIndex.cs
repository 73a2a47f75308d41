using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Customers.Partitions;

/// <summary>A partition's registrations and segment index, in buckets of bounded size.</summary>
/// <remarks>
/// A full bucket is split in three steps, each harmless to repeat: the upper half is written as a new bucket that nothing refers to yet,
/// then the list of buckets refers to it, then the lower bucket drops what moved. A crash after the second step leaves entries beyond
/// the lower bucket's range; they are never read, and the next change to it drops them.
/// All calls must come from one activation's scheduler.
/// </remarks>
internal sealed class SegmentIndex(GrainRecords records, PartitionOptions options, int attemptsMax, Action<Exception> lost)
    : IDisposable
{
    private readonly Dictionary<int, IndexBucket> _buckets = [];
    private readonly LinkedList<int> _recentlyUsed = [];
    private readonly SemaphoreSlim _split = new(1);
    private PartitionState _state = new();
    private string? _etag;

    /// <summary>Reads the list of buckets.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var stored = await records.ReadAsync<PartitionState>(CustomerStorage.PartitionRecord, cancellationToken);
        (_state, _etag) = (stored.Value ?? new PartitionState(), stored.ETag);
    }

    /// <summary>The entry of a customer, or null.</summary>
    public async Task<IndexEntry?> FindAsync(string customer) =>
        _state.Buckets.Length == 0 ? null : (await OpenAsync(PositionOf(customer))).Find(customer);

    /// <summary>Changes one customer's entry; ends when it is durable.</summary>
    /// <param name="customer">The customer's grain key.</param>
    /// <param name="change">From the entry there, or null, to the one that should be there; the same one changes nothing, null removes.</param>
    /// <returns>The entry that was there.</returns>
    public async Task<IndexEntry?> ChangeAsync(string customer, Func<IndexEntry?, IndexEntry?> change)
    {
        if (_state.Buckets.Length == 0)
        {
            await AddFirstBucketAsync();
        }

        while (true)
        {
            var position = PositionOf(customer);
            var number = _state.Buckets[position].Number;
            var bucket = await OpenAsync(position);
            var before = bucket.Find(customer);
            if (ReferenceEquals(change(before), before) && bucket.IsIdle)
            {
                return before;
            }

            if (_state.Buckets[PositionOf(customer)].Number != number)
            {
                // A split moved the customer while the bucket was read.
                continue;
            }

            var moved = false;
            await bucket.SubmitAsync(new BucketChange(draft =>
            {
                moved = _state.Buckets[PositionOf(customer)].Number != number;
                if (moved)
                {
                    return;
                }

                before = draft.Find(customer);
                Apply(draft, customer, before, change(before));
            }));
            if (moved)
            {
                continue;
            }

            if (bucket.Entries.Length > options.BucketEntriesMax)
            {
                await SplitAsync(number);
            }

            return before;
        }
    }

    /// <summary>Entries in key order, from one key on.</summary>
    /// <param name="after">Key after which to begin; null for the beginning.</param>
    public async IAsyncEnumerable<IndexEntry> ReadAsync(string? after)
    {
        var last = after;
        for (var position = after is null || _state.Buckets.Length == 0 ? 0 : PositionOf(after); position < _state.Buckets.Length; position++)
        {
            var first = _state.Buckets[position].FirstKey;
            var end = position + 1 < _state.Buckets.Length ? _state.Buckets[position + 1].FirstKey : null;
            var bucket = await OpenAsync(position);
            foreach (var entry in bucket.Entries)
            {
                if ((last is null || string.CompareOrdinal(entry.Customer, last) > 0) && (end is null || string.CompareOrdinal(entry.Customer, end) < 0))
                {
                    last = entry.Customer;
                    yield return entry;
                }
            }

            // A split meanwhile shifts positions; keys do not shift.
            position = first == _state.Buckets[position].FirstKey ? position : PositionOf(last ?? "");
        }
    }

    /// <inheritdoc />
    public void Dispose() => _split.Dispose();

    private static void Apply(BucketDraft draft, string customer, IndexEntry? before, IndexEntry? after)
    {
        if (ReferenceEquals(before, after))
        {
            return;
        }

        if (after is null)
        {
            draft.Remove(customer);
        }
        else
        {
            draft.Set(after);
        }
    }

    private int PositionOf(string customer)
    {
        var (low, high) = (0, _state.Buckets.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = string.CompareOrdinal(_state.Buckets[middle].FirstKey, customer) <= 0 ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private async Task<IndexBucket> OpenAsync(int position)
    {
        var number = _state.Buckets[position].Number;
        while (true)
        {
            var bucket = Remember(number);
            await bucket.LoadAsync();
            if (_buckets.GetValueOrDefault(number) == bucket)
            {
                return bucket;
            }
        }
    }

    private IndexBucket Remember(int number)
    {
        if (_buckets.TryGetValue(number, out var known))
        {
            _recentlyUsed.Remove(number);
            _recentlyUsed.AddLast(number);
            return known;
        }

        // A bucket that is being written stays: a second copy of it would break its ETag.
        for (var oldest = _recentlyUsed.First; oldest is not null && _buckets.Count >= options.BucketsInMemoryMax;)
        {
            var next = oldest.Next;
            if (_buckets[oldest.Value].IsIdle && _split.CurrentCount > 0)
            {
                _buckets.Remove(oldest.Value);
                _recentlyUsed.Remove(oldest);
            }

            oldest = next;
        }

        var bucket = new IndexBucket(records, number, attemptsMax, lost);
        _buckets.Add(number, bucket);
        _recentlyUsed.AddLast(number);
        return bucket;
    }

    private async Task AddFirstBucketAsync()
    {
        await _split.WaitAsync();
        try
        {
            if (_state.Buckets.Length == 0)
            {
                await WriteAsync(new PartitionState { Buckets = [new BucketEntry(0, "")], NextBucket = 1 });
            }
        }
        finally
        {
            _split.Release();
        }
    }

    private async Task SplitAsync(int number)
    {
        await _split.WaitAsync();
        try
        {
            var bucket = await OpenAsync(Array.FindIndex(_state.Buckets, b => b.Number == number));

            // Inside a change of the bucket no other change of it can come in between.
            await bucket.SubmitAsync(new SplitChange(this, number));
        }
        finally
        {
            _split.Release();
        }
    }

    private async ValueTask SplitAsync(BucketDraft draft, int number)
    {
        var position = Array.FindIndex(_state.Buckets, b => b.Number == number);
        if (position + 1 < _state.Buckets.Length)
        {
            draft.RemoveFrom(_state.Buckets[position + 1].FirstKey);
        }

        var entries = draft.Build().Entries;
        if (entries.Length <= options.BucketEntriesMax)
        {
            return;
        }

        var upper = entries[(entries.Length / 2)..];
        var added = _state.NextBucket;
        var left = await records.ReadAsync<BucketState>(CustomerStorage.Index(added));
        await records.WriteAsync(CustomerStorage.Index(added), new BucketState { Entries = upper }, left.ETag);
        var buckets = _state.Buckets.ToList();
        buckets.Insert(position + 1, new BucketEntry(added, upper[0].Customer));
        await WriteAsync(new PartitionState { Buckets = [.. buckets], NextBucket = added + 1 });
        draft.RemoveFrom(upper[0].Customer);
    }

    private async Task WriteAsync(PartitionState next)
    {
        try
        {
            _etag = await records.WriteAsync(CustomerStorage.PartitionRecord, next, _etag);
            _state = next;
        }
        catch (Exception exception)
        {
            lost(exception);
            throw;
        }
    }

    private sealed class SplitChange(SegmentIndex index, int number) : PendingChange<BucketDraft>
    {
        public override async ValueTask<bool> ApplyAsync(BucketDraft draft)
        {
            await index.SplitAsync(draft, number);
            return true;
        }
    }
}
