using System.Collections.Immutable;

namespace OrleansSeg.Customers;

/// <summary>What became of the events of one call, all of it durable.</summary>
/// <param name="Added">Events stored for the first time.</param>
/// <param name="AlreadyKnown">Events whose id and content were stored before.</param>
/// <param name="Refused">Events not stored, with the reason.</param>
[GenerateSerializer, Immutable, Alias("seg.record-receipt")]
public sealed record RecordReceipt(
    [property: Id(0)] int Added, [property: Id(1)] int AlreadyKnown, [property: Id(2)] ImmutableArray<EventRefusal> Refused);

/// <summary>Why one event was not stored.</summary>
/// <param name="EventId">The event.</param>
/// <param name="Kind">The rule it broke.</param>
/// <param name="Field">The field at fault.</param>
/// <param name="Reason">What was expected and what was found.</param>
[GenerateSerializer, Immutable, Alias("seg.event-refusal")]
public sealed record EventRefusal(
    [property: Id(0)] string EventId, [property: Id(1)] RefusalKind Kind, [property: Id(2)] string Field, [property: Id(3)] string Reason);

/// <summary>The rules an event can break.</summary>
[GenerateSerializer, Alias("seg.refusal-kind")]
public enum RefusalKind
{
    /// <summary>A field breaks a bound.</summary>
    Invalid = 0,

    /// <summary>The id is known with other content.</summary>
    Conflict = 1,

    /// <summary>The event is older than what retention keeps.</summary>
    BeyondRetention = 2,

    /// <summary>The customer was erased after the event happened.</summary>
    Erased = 3,
}
