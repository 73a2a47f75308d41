namespace OrleansSeg.Customers.Partitions;

/// <summary>A partition's main record: which index buckets there are.</summary>
[GenerateSerializer, Immutable, Alias("seg.partition-state")]
internal sealed record PartitionState
{
    /// <summary>Buckets in key order; each holds the keys from its first one up to the next bucket's first one.</summary>
    [Id(0)] public BucketEntry[] Buckets { get; init; } = [];

    /// <summary>Number of the next bucket.</summary>
    [Id(1)] public int NextBucket { get; init; }
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
}
