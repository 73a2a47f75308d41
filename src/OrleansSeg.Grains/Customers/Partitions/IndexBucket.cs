using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Customers.Partitions;

/// <summary>One bucket of the segment index: a record whose changes share writes.</summary>
internal sealed class IndexBucket : ICoalescedContent<BucketState, BucketDraft>
{
    private readonly CoalescedRecord<BucketState, BucketDraft> _record;
    private Task? _loading;

    /// <summary>Makes the bucket.</summary>
    public IndexBucket(GrainRecords records, int number, int attemptsMax, Action<Exception> lost) =>
        _record = new CoalescedRecord<BucketState, BucketDraft>(records, CustomerStorage.Index(number), this, attemptsMax, lost);

    /// <summary>The durable entries, in key order; those beyond the bucket's range are left-overs of a split.</summary>
    public IndexEntry[] Entries => _record.Durable.Entries;

    /// <summary>Whether nothing is being written.</summary>
    public bool IsIdle => _record.Idle.IsCompleted;

    /// <summary>Reads the bucket, once.</summary>
    public Task LoadAsync() => _loading ??= _record.LoadAsync(CancellationToken.None);

    /// <summary>Applies a change with the next write; ends when it is durable.</summary>
    public Task SubmitAsync(PendingChange<BucketDraft> change) => _record.SubmitAsync(change);

    /// <summary>The durable entry of a customer, or null.</summary>
    public IndexEntry? Find(string customer)
    {
        var entries = Entries;
        var (low, high) = (0, entries.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(entries[middle].Customer, customer);
            if (order == 0)
            {
                return entries[middle];
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    Task<BucketDraft> ICoalescedContent<BucketState, BucketDraft>.OpenAsync(BucketState durable) => Task.FromResult(new BucketDraft(durable));

    bool ICoalescedContent<BucketState, BucketDraft>.IsChanged(BucketDraft draft) => draft.IsChanged;

    Task<BucketState> ICoalescedContent<BucketState, BucketDraft>.CloseAsync(BucketDraft draft) => Task.FromResult(draft.Build());

    void ICoalescedContent<BucketState, BucketDraft>.Settled(BucketState durable)
    {
    }
}
