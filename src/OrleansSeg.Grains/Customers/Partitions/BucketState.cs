namespace OrleansSeg.Customers.Partitions;

/// <summary>A partition's main record: which index buckets there are.</summary>
[GenerateSerializer, Immutable, Alias("seg.partition-state")]
internal sealed record PartitionState
{
    /// <summary>Buckets in key order; each holds the keys from its first one up to the next bucket's first one.</summary>
    [Id(0)] public BucketEntry[] Buckets { get; init; } = [];

    /// <summary>Number of the next bucket.</summary>
    [Id(1)] public int NextBucket { get; init; }

    /// <summary>Numbers of buckets that a split under way writes and nothing refers to yet.</summary>
    [Id(2)] public int[] Reserved { get; init; } = [];

    /// <summary>Position of the bucket that holds a customer, if any does.</summary>
    public int PositionOf(string customer)
    {
        var (low, high) = (0, Buckets.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = string.CompareOrdinal(Buckets[middle].FirstKey, customer) <= 0 ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    /// <summary>The first key beyond a bucket; null for the last bucket.</summary>
    public string? EndOf(int position) => position + 1 < Buckets.Length ? Buckets[position + 1].FirstKey : null;
}

/// <summary>One bucket of a partition.</summary>
/// <param name="Number">Its record is <c>index-{number}</c>.</param>
/// <param name="FirstKey">The lowest key it may hold; empty for the first bucket.</param>
[GenerateSerializer, Immutable, Alias("seg.bucket-entry")]
internal readonly record struct BucketEntry([property: Id(0)] int Number, [property: Id(1)] string FirstKey);

/// <summary>The content of one bucket.</summary>
[GenerateSerializer, Immutable, Alias("seg.bucket-state")]
internal sealed record BucketState
{
    /// <summary>Entries in ordinal order of their keys.</summary>
    [Id(0)] public IndexEntry[] Entries { get; init; } = [];

    /// <summary>The entry of a customer, or null.</summary>
    public IndexEntry? Find(string customer)
    {
        var (low, high) = (0, Entries.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(Entries[middle].Customer, customer);
            if (order == 0)
            {
                return Entries[middle];
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }
}
