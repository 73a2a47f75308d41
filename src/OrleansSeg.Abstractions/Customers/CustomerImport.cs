using System.Collections.Immutable;
using OrleansSeg.Events;

namespace OrleansSeg.Customers;

/// <summary>Events of the past for one customer, with the profile attributes that came beside them.</summary>
/// <param name="CustomerId">The shop's id, unescaped.</param>
/// <param name="Events">The events, in any order.</param>
/// <param name="Attributes">Attributes to set; empty changes nothing.</param>
[GenerateSerializer, Immutable, Alias("seg.customer-import")]
public sealed record CustomerImport(
    [property: Id(0)] string CustomerId,
    [property: Id(1)] ImmutableArray<BehaviourEvent> Events,
    [property: Id(2)] ImmutableDictionary<string, string> Attributes);
