using System.Runtime.CompilerServices;
using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Customers.Partitions;

/// <summary>A partition's index as the store holds it, for whoever must not trust what a grain has in memory.</summary>
internal sealed class StoredIndex(GrainRecords records)
{
    /// <summary>All entries in key order.</summary>
    public async IAsyncEnumerable<IndexEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var state = await ReadStateAsync(cancellationToken);
        for (var position = 0; position < state.Buckets.Length; position++)
        {
            var end = state.EndOf(position);
            foreach (var entry in (await ReadBucketAsync(state.Buckets[position].Number, cancellationToken)).Entries)
            {
                if (end is null || string.CompareOrdinal(entry.Customer, end) < 0)
                {
                    yield return entry;
                }
            }
        }
    }

    /// <summary>The entry of a customer, or null.</summary>
    public async Task<IndexEntry?> FindAsync(string customer, CancellationToken cancellationToken)
    {
        var state = await ReadStateAsync(cancellationToken);
        return state.Buckets.Length == 0
            ? null
            : (await ReadBucketAsync(state.Buckets[state.PositionOf(customer)].Number, cancellationToken)).Find(customer);
    }

    private async Task<PartitionState> ReadStateAsync(CancellationToken cancellationToken) =>
        (await records.ReadAsync<PartitionState>(CustomerStorage.PartitionRecord, cancellationToken)).Value ?? new PartitionState();

    private async Task<BucketState> ReadBucketAsync(int number, CancellationToken cancellationToken) =>
        (await records.ReadAsync<BucketState>(CustomerStorage.Index(number), cancellationToken)).Value ?? new BucketState();
}
