using System.Collections.Immutable;

namespace OrleansSeg.Segments;

/// <summary>One segment of one site, gathered from the partitions. Key: <c>{site}:{segment}</c>.</summary>
[GrainInterfaceType("seg.segment"), Alias("seg.segment"), Version(1)]
public interface ISegmentGrain : IGrainWithStringKey
{
    /// <summary>How many customers are in the segment. Cost: one call to each partition.</summary>
    [Alias("size")]
    Task<long> GetSizeAsync(CancellationToken cancellationToken);

    /// <summary>A page of members, partition after partition, each in key order.</summary>
    /// <param name="pageToken">The token of the page before; null for the first.</param>
    /// <param name="limit">Most members to return, 1 to 10,000.</param>
    /// <param name="cancellationToken">Stops the gathering.</param>
    /// <exception cref="ArgumentException">The token or the limit is not valid.</exception>
    [Alias("members")]
    Task<MembersPage> GetMembersAsync(string? pageToken, int limit, CancellationToken cancellationToken);
}

/// <summary>Some members of a segment.</summary>
/// <param name="Members">The members.</param>
/// <param name="NextPageToken">Where to go on, or null at the end.</param>
[GenerateSerializer, Immutable, Alias("seg.members-page")]
public sealed record MembersPage([property: Id(0)] ImmutableArray<SegmentMember> Members, [property: Id(1)] string? NextPageToken);

/// <summary>One customer in a segment.</summary>
/// <param name="Customer">The shop's id, unescaped.</param>
/// <param name="Probability">The segment's probability for this customer.</param>
/// <param name="AssignedAt">When the customer was assigned.</param>
[GenerateSerializer, Immutable, Alias("seg.segment-member")]
public sealed record SegmentMember(
    [property: Id(0)] string Customer, [property: Id(1)] float Probability, [property: Id(2)] DateTimeOffset AssignedAt);
