using System.Runtime.InteropServices;
using OrleansSeg.Events;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Training;

/// <summary>What was known of one customer at an instant that only moves forward.</summary>
/// <param name="events">The whole history in <see cref="EventOrder"/>.</param>
internal sealed class KnownPast(IReadOnlyList<BehaviourEvent> events)
{
    private readonly List<BehaviourEvent> _recent = [];
    private readonly PriorityQueue<BehaviourEvent, DateTimeOffset> _unrecorded = new();
    private int _next;

    /// <summary>Facts of every event known so far.</summary>
    public LifetimeAggregates Aggregates { get; } = new();

    /// <summary>The latest known events in <see cref="EventOrder"/>: at least <see cref="SequenceTokens.EventCountMax"/> of them, or all.</summary>
    public ReadOnlySpan<BehaviourEvent> Recent => CollectionsMarshal.AsSpan(_recent);

    /// <summary>Learns everything that was known at <paramref name="cutoff"/>, which is no earlier than the last one.</summary>
    public void AdvanceTo(DateTimeOffset cutoff)
    {
        for (; _next < events.Count && events[_next].Timestamp <= cutoff; _next++)
        {
            var e = events[_next];
            if (e.WasRecordedBy(cutoff))
            {
                Learn(e);
            }
            else
            {
                _unrecorded.Enqueue(e, e.RecordedAt);
            }
        }

        var late = false;
        while (_unrecorded.TryPeek(out var e, out var recorded) && recorded <= cutoff)
        {
            Learn(_unrecorded.Dequeue());
            late = true;
        }

        if (late)
        {
            _recent.Sort(EventOrder.Instance);
        }

        if (_recent.Count > 2 * SequenceTokens.EventCountMax)
        {
            _recent.RemoveRange(0, _recent.Count - SequenceTokens.EventCountMax);
        }
    }

    private void Learn(BehaviourEvent e)
    {
        Aggregates.Add(e);
        _recent.Add(e);
    }
}
