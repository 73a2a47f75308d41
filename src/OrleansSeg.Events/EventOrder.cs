namespace OrleansSeg.Events;

/// <summary>The order of a history: by time, then by id (ordinal), so that every reader sees one order.</summary>
public sealed class EventOrder : IComparer<BehaviourEvent>
{
    private EventOrder()
    {
    }

    /// <summary>The only instance.</summary>
    public static EventOrder Instance { get; } = new();

    /// <inheritdoc />
    public int Compare(BehaviourEvent? x, BehaviourEvent? y)
    {
        if (ReferenceEquals(x, y))
        {
            return 0;
        }

        if (x is null)
        {
            return -1;
        }

        if (y is null)
        {
            return 1;
        }

        var byTime = x.Timestamp.CompareTo(y.Timestamp);
        return byTime != 0 ? byTime : string.CompareOrdinal(x.EventId, y.EventId);
    }
}
