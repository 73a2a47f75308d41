using System.Collections.Immutable;
using OrleansSeg.Events;

namespace OrleansSeg.Customers;

/// <summary>Which part of a history to read.</summary>
/// <param name="From">Earliest time, inclusive; null from the beginning.</param>
/// <param name="To">Latest time, exclusive; null to the end.</param>
/// <param name="PageToken">The <see cref="HistoryPage.NextPageToken"/> of the page before; null for the first.</param>
/// <param name="Limit">Most events to return, 1 to 10,000.</param>
[GenerateSerializer, Immutable, Alias("seg.history-query")]
public sealed record HistoryQuery(
    [property: Id(0)] DateTimeOffset? From, [property: Id(1)] DateTimeOffset? To, [property: Id(2)] string? PageToken, [property: Id(3)] int Limit);

/// <summary>Some events of one customer, oldest first.</summary>
/// <param name="Events">The events.</param>
/// <param name="NextPageToken">Where to go on, or null at the end.</param>
[GenerateSerializer, Immutable, Alias("seg.history-page")]
public sealed record HistoryPage(
    [property: Id(0)] ImmutableArray<BehaviourEvent> Events, [property: Id(1)] string? NextPageToken);
