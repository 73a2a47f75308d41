using System.Collections.Immutable;
using OrleansSeg.Segments;

namespace OrleansSeg.Customers;

/// <summary>A hash bucket of one site's customers: registration, segment index, bulk calls, sweeps. Key: <see cref="PartitionKey"/>.</summary>
[GrainInterfaceType("seg.partition"), Alias("seg.partition"), Version(1)]
public interface IPartitionGrain : IGrainWithStringKey
{
    /// <summary>Assignments in the order asked for; at most 1,000 ids, all of this partition.</summary>
    /// <exception cref="ArgumentException">Too many ids, or one of another partition.</exception>
    [Alias("look-up-many")]
    Task<ImmutableArray<SegmentAssignment>> LookUpManyAsync([Immutable] ImmutableArray<string> customerIds, CancellationToken cancellationToken);

    /// <summary>Imports history for customers of this partition; returns when all of it is durable.</summary>
    [Alias("import")]
    Task<ImportReceipt> ImportAsync([Immutable] ImmutableArray<CustomerImport> customers, CancellationToken cancellationToken);

    /// <summary>A page of registered customers, in key order.</summary>
    [Alias("customers")]
    Task<CustomersPage> GetCustomersAsync(string? pageToken, int limit, CancellationToken cancellationToken);

    /// <summary>A page of the customers whose indexed segment is <paramref name="segment"/>, in key order.</summary>
    [Alias("members")]
    Task<MembersPage> GetMembersAsync(string segment, string? pageToken, int limit, CancellationToken cancellationToken);

    /// <summary>How many customers each segment holds here.</summary>
    [Alias("sizes")]
    Task<ImmutableDictionary<string, long>> GetSegmentSizesAsync(CancellationToken cancellationToken);

    /// <summary>Re-scores what is due now (old assignments, older model, left dirty) and replays missed index entries.</summary>
    /// <param name="limit">Most customers to re-score in this call, at least 1.</param>
    /// <param name="cancellationToken">Stops between customers.</param>
    [Alias("sweep")]
    Task<SweepReceipt> SweepAsync(int limit, CancellationToken cancellationToken);
}
