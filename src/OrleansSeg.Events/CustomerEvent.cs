namespace OrleansSeg.Events;

/// <summary>One event of one customer, as a file or the simulator gives it.</summary>
/// <param name="CustomerId">The shop's own id, unescaped.</param>
/// <param name="Event">What the customer did.</param>
/// <param name="Attributes">Profile attributes said beside the event (country, age band), or null; the latest event's value wins.</param>
public sealed record CustomerEvent(string CustomerId, BehaviourEvent Event, IReadOnlyDictionary<string, string>? Attributes = null);
