using OrleansSeg.Events;

namespace OrleansSeg.Model.Features;

/// <summary>Everything one customer did, ordered by <see cref="EventOrder"/>, as training reads it.</summary>
/// <param name="CustomerId">The shop's id; it never enters a tensor.</param>
/// <param name="Events">All events, oldest first.</param>
/// <param name="Attributes">Profile attributes as they are now (country, age band).</param>
public sealed record CustomerHistory(
    string CustomerId, IReadOnlyList<BehaviourEvent> Events, IReadOnlyDictionary<string, string> Attributes);
