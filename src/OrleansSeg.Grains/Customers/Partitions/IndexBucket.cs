using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Customers.Partitions;

/// <summary>One bucket of the segment index: a record whose changes share writes.</summary>
internal sealed class IndexBucket : ICoalescedContent<BucketState, BucketDraft>
{
    private readonly CoalescedRecord<BucketState, BucketDraft> _record;
    private readonly Func<IndexBucket, BucketDraft, Task<BucketState>> _close;
    private readonly CustomerInstruments _instruments;
    private Task? _loading;

    /// <summary>Makes the bucket.</summary>
    /// <param name="records">The partition's records.</param>
    /// <param name="number">The bucket's number.</param>
    /// <param name="attemptsMax">How often a write is tried.</param>
    /// <param name="close">Makes the next version of a draft, and splits off what is too much for one bucket.</param>
    /// <param name="instruments">Counts writes.</param>
    /// <param name="lost">Called when what is stored is not known any more.</param>
    public IndexBucket(
        GrainRecords records, int number, int attemptsMax, Func<IndexBucket, BucketDraft, Task<BucketState>> close, CustomerInstruments instruments, Action<Exception> lost)
    {
        (Number, _close, _instruments) = (number, close, instruments);
        _record = new CoalescedRecord<BucketState, BucketDraft>(records, CustomerStorage.Index(number), this, attemptsMax, lost);
    }

    /// <summary>The bucket's number.</summary>
    public int Number { get; }

    /// <summary>The durable entries, in key order; those beyond the bucket's range are left-overs of a split.</summary>
    public IndexEntry[] Entries => _record.Durable.Entries;

    /// <summary>Whether it is in memory and nothing is being written.</summary>
    public bool IsIdle => _loading is { IsCompleted: true } && _record.Idle.IsCompleted;

    /// <summary>Reads the bucket, once.</summary>
    public Task LoadAsync() => _loading is null or { IsFaulted: true } or { IsCanceled: true }
        ? _loading = _record.LoadAsync(CancellationToken.None)
        : _loading;

    /// <summary>Reads the store to see that it holds what is in memory.</summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">It holds something else.</exception>
    public Task CheckCurrentAsync() => _record.CheckCurrentAsync();

    /// <summary>Applies a change with the next write; ends when it is durable.</summary>
    public Task SubmitAsync(PendingChange<BucketDraft> change) => _record.SubmitAsync(change);

    /// <summary>The durable entry of a customer, or null.</summary>
    public IndexEntry? Find(string customer) => _record.Durable.Find(customer);

    Task<BucketDraft> ICoalescedContent<BucketState, BucketDraft>.OpenAsync(BucketState durable) => Task.FromResult(new BucketDraft(durable));

    bool ICoalescedContent<BucketState, BucketDraft>.IsChanged(BucketDraft draft) => draft.IsChanged;

    Task<BucketState> ICoalescedContent<BucketState, BucketDraft>.CloseAsync(BucketDraft draft) => _close(this, draft);

    void ICoalescedContent<BucketState, BucketDraft>.Settled(BucketState durable)
    {
    }

    void ICoalescedContent<BucketState, BucketDraft>.Written(int changes) => _instruments.Wrote(changes);
}
