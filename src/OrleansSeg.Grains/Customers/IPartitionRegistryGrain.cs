using System.Collections.Immutable;

namespace OrleansSeg.Customers;

/// <summary>What customers and verification ask of a partition. Key: <see cref="PartitionKey"/>. Only grains call it.</summary>
[GrainInterfaceType("seg.partition-registry"), Alias("seg.partition-registry"), Version(1)]
internal interface IPartitionRegistryGrain : IGrainWithStringKey
{
    /// <summary>Registers a customer durably; one that is registered already changes nothing.</summary>
    /// <param name="customer">The grain key.</param>
    /// <param name="epoch">The customer's erase epoch.</param>
    [Alias("register")]
    Task RegisterAsync(string customer, int epoch);

    /// <summary>Puts an assignment into the index if it is newer than the one there, and the customer is registered.</summary>
    /// <returns>Whether the customer is registered.</returns>
    [Alias("apply")]
    Task<bool> ApplyAsync([Immutable] IndexEntry entry);

    /// <summary>Removes an erased customer; returns whether it was registered.</summary>
    /// <param name="customer">The grain key.</param>
    /// <param name="epoch">The epoch that begins: an entry of it or of a later one stays.</param>
    [Alias("remove")]
    Task<bool> RemoveAsync(string customer, int epoch);

    /// <summary>The entry of one customer, or null.</summary>
    [Alias("find")]
    Task<IndexEntry?> FindAsync(string customer);

    /// <summary>Entries in key order, after a key.</summary>
    /// <param name="after">The grain key after which to begin; null for the beginning.</param>
    /// <param name="limit">Most entries.</param>
    [Alias("entries")]
    Task<ImmutableArray<IndexEntry>> GetEntriesAsync(string? after, int limit);
}

/// <summary>One registered customer and the assignment that the index holds.</summary>
/// <param name="Customer">The grain key.</param>
/// <param name="Epoch">The customer's erase epoch.</param>
/// <param name="Version">The assignment's version; 0 while there is none.</param>
/// <param name="Segment">The segment; <c>unscored</c> while there is none.</param>
/// <param name="Probability">The segment's probability.</param>
/// <param name="AssignedAt">When it was assigned, or registered while there is no assignment.</param>
/// <param name="ModelVersion">The model that answered; 0 for none.</param>
[GenerateSerializer, Immutable, Alias("seg.index-entry")]
internal sealed record IndexEntry(
    [property: Id(0)] string Customer,
    [property: Id(1)] int Epoch,
    [property: Id(2)] long Version,
    [property: Id(3)] string Segment,
    [property: Id(4)] float Probability,
    [property: Id(5)] DateTimeOffset AssignedAt,
    [property: Id(6)] int ModelVersion)
{
    /// <summary>Whether this says something newer than another entry of the same customer.</summary>
    public bool IsNewerThan(IndexEntry other) => (Epoch, Version).CompareTo((other.Epoch, other.Version)) > 0;

    /// <summary>Whether both say the same; when a customer was registered does not count.</summary>
    public bool SaysTheSameAs(IndexEntry other) =>
        this == (Version == 0 && other.Version == 0 ? other with { AssignedAt = AssignedAt } : other);
}
