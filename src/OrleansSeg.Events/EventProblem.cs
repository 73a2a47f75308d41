namespace OrleansSeg.Events;

/// <summary>Why one event was refused.</summary>
/// <param name="EventId">The id of the refused event, or its position when it has none.</param>
/// <param name="Field">The field at fault, in the name the event file uses (camelCase).</param>
/// <param name="Reason">What was expected and what was found.</param>
public sealed record EventProblem(string EventId, string Field, string Reason);
