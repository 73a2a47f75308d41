using OrleansSeg.Customers.History;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Models;
using Orleans.Storage;

namespace OrleansSeg.Customers;

/// <summary>Erases one customer in steps that can each be repeated: mark, model registry, tombstone, pages, record, index entry, second read.</summary>
/// <remarks>
/// The mark is durable first, so an erasure that a crash interrupts is finished when the customer is next in memory; the index entry goes
/// last, so the partition's sweep brings it there.
/// </remarks>
internal sealed class CustomerErasure(CustomerKey key, CustomerJournal journal, SiteDirectory sites, IGrainStorage storage)
{
    private const int MarksMax = 32;

    private (bool Read, TombstoneState? Value) _tombstone;

    /// <summary>What stays of an earlier erasure; null for none. Read from the store once.</summary>
    public async ValueTask<TombstoneState?> ReadTombstoneAsync()
    {
        if (!_tombstone.Read)
        {
            var stored = await (await RecordsOfTombstoneAsync()).ReadAsync<TombstoneState>(CustomerStorage.TombstoneRecord);
            _tombstone = (true, stored.Value);
        }

        return _tombstone.Value;
    }

    /// <summary>Erases, or finishes an erasure, and proves it.</summary>
    /// <param name="now">When it was asked for.</param>
    public async Task<ErasureReceipt> EraseAsync(DateTimeOffset now)
    {
        var earlier = await ReadTombstoneAsync();
        if (journal.State is { IsKnown: false, Erasure: null } && earlier is not null)
        {
            return await UnregisterAsync(earlier);
        }

        await journal.SubmitAsync(new EraseMark(this, earlier?.Epoch ?? 0, now));
        return await FinishAsync();
    }

    /// <summary>Goes on from the mark.</summary>
    public async Task<ErasureReceipt> FinishAsync()
    {
        var state = journal.State;
        var erasure = state.Erasure ?? throw new InvalidOperationException("No erasure is marked. This is a bug.");

        // From the mark on nobody can read the customer: a training that begins after this has not.
        long[] marks = erasure.Mark is { } mark ? [await sites.ErasuresOf(key.Site).MarkAsync(mark)] : [];
        var tombstone = new TombstoneState
        {
            Epoch = state.Epoch,
            ErasedAt = state.ErasedAt!.Value,
            EventsErased = erasure.EventsErased,
            PagesErased = erasure.PagesErased,
            NextPage = state.NextPage,
            NextDirectory = state.NextDirectory,
            Marks = [.. ((await ReadTombstoneAsync())?.Marks ?? []).Union(marks).TakeLast(MarksMax)],
        };
        await WriteTombstoneAsync(tombstone);

        // One page more than the state knows: a write that failed after sealing leaves a page nobody refers to.
        for (var page = 0; page <= state.NextPage; page++)
        {
            await journal.Pages.RemoveAsync(page);
        }

        for (var directory = 0; directory <= state.NextDirectory; directory++)
        {
            await journal.Pages.RemoveDirectoryAsync(directory);
        }

        await journal.RemoveAsync();
        return await UnregisterAsync(tombstone);
    }

    /// <summary>How the latest erasure stands; null when there was none.</summary>
    public async Task<ErasureReceipt?> FindAsync() => await ReadTombstoneAsync() is { } tombstone
        ? await ReceiptOfAsync(tombstone, wasRegistered: false, await sites.GetPartitionAsync(key))
        : null;

    /// <summary>The last step, because what the index still knows is looked at by every sweep until it is gone.</summary>
    private async Task<ErasureReceipt> UnregisterAsync(TombstoneState tombstone)
    {
        var partition = await sites.GetPartitionAsync(key);
        return await ReceiptOfAsync(tombstone, await partition.RemoveAsync(key.GrainKey, tombstone.Epoch), partition);
    }

    private async Task<ErasureReceipt> ReceiptOfAsync(TombstoneState tombstone, bool wasRegistered, IPartitionRegistryGrain partition)
    {
        var empty = await IsEmptyAsync(tombstone) && await partition.FindAsync(key.GrainKey) is null;
        return new ErasureReceipt(
            key.CustomerId,
            await sites.HashAsync(key),
            tombstone.ErasedAt,
            tombstone.EventsErased,
            tombstone.PagesErased,
            wasRegistered,
            TrainingEligibilityEnded: empty,
            VerifiedEmpty: empty)
        {
            Forgetting = tombstone.Marks is { } marks ? await sites.ErasuresOf(key.Site).GetForgettingAsync([.. marks]) : null,
        };
    }

    private async Task<bool> IsEmptyAsync(TombstoneState tombstone)
    {
        var found = (await journal.Records.ReadAsync<CustomerState>(CustomerStorage.CustomerRecord)).Value is not null;
        for (var page = 0; page <= tombstone.NextPage && !found; page++)
        {
            found = (await journal.Records.ReadAsync<PageRecord>(CustomerStorage.Page(page))).Value is not null;
        }

        for (var directory = 0; directory <= tombstone.NextDirectory && !found; directory++)
        {
            found = (await journal.Records.ReadAsync<DirectoryRecord>(CustomerStorage.Directory(directory))).Value is not null;
        }

        return !found;
    }

    private async Task WriteTombstoneAsync(TombstoneState tombstone)
    {
        var records = await RecordsOfTombstoneAsync();
        var stored = await records.ReadAsync<TombstoneState>(CustomerStorage.TombstoneRecord);
        if (stored.Value is not { } known || !known.SaysTheSameAs(tombstone))
        {
            await records.WriteAsync(CustomerStorage.TombstoneRecord, tombstone, stored.ETag);
        }

        _tombstone = (true, tombstone);
    }

    private async ValueTask<GrainRecords> RecordsOfTombstoneAsync() =>
        new(storage, GrainId.Create("seg.tombstone", $"{key.Site}:{await sites.HashAsync(key)}"));

    /// <summary>What the model registry is told; null where no version can have learned from the customer: who is in the holdout is trained on by none.</summary>
    private ErasureMark? MarkOf(CustomerState state, long events)
    {
        if (Holdout.Contains(key.Site, key.CustomerId) || (state.FirstRecordedAt is null && events == 0 && state.RetainedFrom is null))
        {
            return null;
        }

        // What retention has dropped may have been older than all that is left.
        var eventsFrom = state.RetainedFrom is null ? state.ReadAggregates().FirstEvent : null;
        return new ErasureMark(Guid.NewGuid(), ToMinute(state.FirstRecordedAt), ToMinute(eventsFrom));
    }

    private static DateTimeOffset ToMinute(DateTimeOffset? time) =>
        time is { } known ? new DateTimeOffset(known.UtcTicks - (known.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero) : DateTimeOffset.MinValue;

    private sealed class EraseMark(CustomerErasure erasure, int epochBefore, DateTimeOffset now) : PendingChange<CustomerDraft>
    {
        public override ValueTask<bool> ApplyAsync(CustomerDraft draft)
        {
            var state = draft.State;
            if (state.Erasure is not null)
            {
                // A write of this very mark whose outcome was uncertain turns out to have happened.
                return ValueTask.FromResult(true);
            }

            draft.Clear(new CustomerState
            {
                Epoch = Math.Max(state.Epoch, epochBefore) + 1,
                ErasedAt = now,
                Erasure = new PendingErasure(draft.EventCount, state.PageCount) { Mark = erasure.MarkOf(state, draft.Hot.Count + state.SealedCount) },
                NextPage = state.NextPage,
                NextDirectory = state.NextDirectory,
            });
            return ValueTask.FromResult(true);
        }
    }
}

/// <summary>What stays of an erased customer, under a keyed hash in place of the id.</summary>
[GenerateSerializer, Immutable, Alias("seg.tombstone-state")]
internal sealed record TombstoneState
{
    /// <summary>The epoch that the erasure began.</summary>
    [Id(0)] public int Epoch { get; init; }

    /// <summary>When; events dated before are refused.</summary>
    [Id(1)] public DateTimeOffset ErasedAt { get; init; }

    /// <summary>Events removed.</summary>
    [Id(2)] public long EventsErased { get; init; }

    /// <summary>Sealed pages removed.</summary>
    [Id(3)] public int PagesErased { get; init; }

    /// <summary>Page numbers ever used, exclusive.</summary>
    [Id(4)] public int NextPage { get; init; }

    /// <summary>Directory numbers ever used, exclusive.</summary>
    [Id(5)] public int NextDirectory { get; init; }

    /// <summary>Numbers that the site's model registry gave the customer's erasures, the latest; empty where no version can have learned from the customer, null where an earlier release erased them.</summary>
    [Id(6)] public long[]? Marks { get; init; }

    /// <summary>Whether both say the same.</summary>
    public bool SaysTheSameAs(TombstoneState other) => this == other with { Marks = Marks } && (Marks ?? []).SequenceEqual(other.Marks ?? []) && Marks is null == other.Marks is null;
}
