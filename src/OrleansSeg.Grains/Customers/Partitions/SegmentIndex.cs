using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Customers.Partitions;

/// <summary>A partition's registrations and segment index, in buckets of bounded size.</summary>
/// <remarks>
/// A bucket that has become too full is split within the write that filled it: numbers are reserved in the list of buckets, what is too
/// much is written as new buckets under them, then the list refers to them, then the bucket itself is written without what moved. A crash
/// before the third step leaves buckets that nothing refers to; the next activation removes them. A crash after it leaves entries beyond
/// the bucket's range; they are never read, and the next change to the bucket drops them.
/// All calls must come from one activation's scheduler.
/// </remarks>
internal sealed class SegmentIndex(
    GrainRecords records, PartitionOptions options, int attemptsMax, CustomerInstruments instruments, Action<Exception> lost) : IDisposable
{
    private readonly Dictionary<int, IndexBucket> _buckets = [];
    private readonly LinkedList<int> _recentlyUsed = [];
    private readonly SemaphoreSlim _list = new(1);
    private PartitionState _state = new();
    private string? _etag;

    /// <summary>Reads the list of buckets.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var stored = await records.ReadAsync<PartitionState>(CustomerStorage.PartitionRecord, cancellationToken);
        (_state, _etag) = (stored.Value ?? new PartitionState(), stored.ETag);
        if (_state.Reserved.Length > 0)
        {
            foreach (var number in _state.Reserved)
            {
                await records.RemoveAsync<BucketState>(CustomerStorage.Index(number));
            }

            await WriteAsync(_state with { Reserved = [] });
        }
    }

    /// <summary>The entry of a customer, or null.</summary>
    public async Task<IndexEntry?> FindAsync(string customer)
    {
        while (_state.Buckets.Length > 0)
        {
            var number = NumberOf(customer);
            var bucket = await OpenAsync(number);
            if (NumberOf(customer) == number)
            {
                return bucket.Find(customer);
            }
        }

        return null;
    }

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
            var number = NumberOf(customer);
            var bucket = await OpenAsync(number);
            if (NumberOf(customer) != number || !IsInMemory(number, bucket))
            {
                // A split moved the customer, or the bucket left memory, while this call waited its turn.
                continue;
            }

            var before = bucket.Find(customer);
            if (bucket.IsIdle && ReferenceEquals(change(before), before))
            {
                return before;
            }

            var isHere = true;
            await bucket.SubmitAsync(new BucketChange(draft =>
            {
                isHere = NumberOf(customer) == number;
                if (isHere)
                {
                    before = draft.Find(customer);
                    Apply(draft, customer, before, change(before));
                }
            }));
            if (isHere)
            {
                return before;
            }
        }
    }

    /// <summary>Entries in key order, from one key on.</summary>
    /// <param name="after">Key after which to begin; null for the beginning.</param>
    public async IAsyncEnumerable<IndexEntry> ReadAsync(string? after)
    {
        var last = after;
        for (var position = after is null ? 0 : _state.PositionOf(after); position < _state.Buckets.Length; position++)
        {
            var (number, first) = _state.Buckets[position];
            var end = _state.EndOf(position);
            var bucket = await OpenAsync(number);
            foreach (var entry in bucket.Entries)
            {
                if ((last is null || string.CompareOrdinal(entry.Customer, last) > 0) && (end is null || string.CompareOrdinal(entry.Customer, end) < 0))
                {
                    last = entry.Customer;
                    yield return entry;
                }
            }

            // Splits meanwhile shift positions; first keys stay.
            position = _state.PositionOf(first);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _list.Dispose();

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

    private int NumberOf(string customer) => _state.Buckets[_state.PositionOf(customer)].Number;

    private async Task<IndexBucket> OpenAsync(int number)
    {
        while (true)
        {
            var bucket = Remember(number);
            await bucket.LoadAsync();
            if (IsInMemory(number, bucket))
            {
                return bucket;
            }
        }
    }

    private bool IsInMemory(int number, IndexBucket bucket) => _buckets.GetValueOrDefault(number) == bucket;

    private IndexBucket Remember(int number)
    {
        if (_buckets.TryGetValue(number, out var known))
        {
            _recentlyUsed.Remove(number);
            _recentlyUsed.AddLast(number);
            return known;
        }

        // A bucket that is being read or written stays: a second copy of it would break its ETag.
        for (var oldest = _recentlyUsed.First; oldest is not null && _buckets.Count >= options.BucketsInMemoryMax;)
        {
            var next = oldest.Next;
            if (_buckets[oldest.Value].IsIdle)
            {
                _buckets.Remove(oldest.Value);
                _recentlyUsed.Remove(oldest);
            }

            oldest = next;
        }

        var bucket = new IndexBucket(records, number, attemptsMax, CloseAsync, instruments, lost);
        _buckets.Add(number, bucket);
        _recentlyUsed.AddLast(number);
        return bucket;
    }

    private async Task AddFirstBucketAsync()
    {
        await _list.WaitAsync();
        try
        {
            if (_state.Buckets.Length == 0)
            {
                await WriteAsync(new PartitionState { Buckets = [new BucketEntry(0, "")], NextBucket = 1 });
            }
        }
        finally
        {
            _list.Release();
        }
    }

    private async Task<BucketState> CloseAsync(IndexBucket bucket, BucketDraft draft)
    {
        var entries = draft.Build(_state.EndOf(PositionOf(bucket.Number)));
        if (entries.Length <= options.BucketEntriesMax)
        {
            return new BucketState { Entries = entries };
        }

        // Half-full pieces, so that each has room to grow. The list of buckets has one writer at a time.
        var pieces = entries.Chunk((options.BucketEntriesMax + 1) / 2).ToArray();
        await _list.WaitAsync();
        try
        {
            await SplitOffAsync(bucket, pieces[1..]);
        }
        finally
        {
            _list.Release();
        }

        return new BucketState { Entries = pieces[0] };
    }

    private async Task SplitOffAsync(IndexBucket bucket, IndexEntry[][] pieces)
    {
        var added = pieces.Select((piece, i) => new BucketEntry(_state.NextBucket + i, piece[0].Customer)).ToArray();
        var left = _state.Reserved;
        await WriteAsync(_state with { NextBucket = _state.NextBucket + added.Length, Reserved = [.. left, .. added.Select(entry => entry.Number)] });

        // What moves must be what is stored: an activation that another one has replaced ends here.
        await bucket.CheckCurrentAsync();
        for (var i = 0; i < pieces.Length; i++)
        {
            await records.WriteAsync(CustomerStorage.Index(added[i].Number), new BucketState { Entries = pieces[i] }, null);
        }

        var position = PositionOf(bucket.Number) + 1;
        await WriteAsync(_state with { Buckets = [.. _state.Buckets[..position], .. added, .. _state.Buckets[position..]], Reserved = left });
    }

    private int PositionOf(int number) => Array.FindIndex(_state.Buckets, bucket => bucket.Number == number);

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
}
