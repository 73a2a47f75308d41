using OrleansSeg.Customers.History;
using OrleansSeg.Events;

namespace OrleansSeg.Customers;

/// <summary>The next version of a customer while changes are applied to it.</summary>
internal sealed class CustomerDraft(CustomerState state, EventBlock hot, SealedIds sealedIds, int hotBytesMax)
{
    private readonly List<(BehaviourEvent Event, byte[] Encoded)> _added = [];
    private readonly Dictionary<string, int> _addedAt = [];
    private CustomerState _state = state;
    private Dictionary<uint, int>? _hotByHash;
    private int _hotBytes = hot.Data.Length;

    /// <summary>The version as changed so far, without the events added.</summary>
    public CustomerState State => _state;

    /// <summary>The hot page without the events added.</summary>
    public EventBlock Hot => hot;

    /// <summary>Whether anything differs from the durable version.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Whether the hot page holds as much as one write may; further events wait for the next.</summary>
    public bool IsFull => _hotBytes >= hotBytesMax;

    /// <summary>Events of the history, those added included.</summary>
    public long EventCount => _state.SealedCount + hot.Count + _added.Count;

    /// <summary>The stored or added event with this id, or null.</summary>
    public async ValueTask<BehaviourEvent?> FindAsync(string eventId)
    {
        if (_addedAt.TryGetValue(eventId, out var position))
        {
            return _added[position].Event;
        }

        return FindHot(eventId) ?? (_state.PageCount > 0 ? await sealedIds.FindAsync(_state, eventId) : null);
    }

    /// <summary>Adds an event whose id is not known.</summary>
    /// <param name="e">The event, stamped.</param>
    /// <param name="encoded">The same event, encoded.</param>
    public void Add(BehaviourEvent e, byte[] encoded)
    {
        _addedAt.Add(e.EventId, _added.Count);
        _added.Add((e, encoded));
        _hotBytes += encoded.Length;
        IsChanged = true;
    }

    /// <summary>Replaces the version by one that differs from it.</summary>
    public void Set(CustomerState next)
    {
        _state = next;
        IsChanged = true;
    }

    /// <summary>Notes a change that a model could see.</summary>
    /// <param name="imported">Whether it came from an import.</param>
    public void Touch(bool imported)
    {
        var wasClean = _state.Assignment?.Revision == _state.Revision || _state.Revision == 0;
        Set(_state with { Revision = _state.Revision + 1, OnlyImportedSince = imported && (wasClean || _state.OnlyImportedSince) });
    }

    /// <summary>Forgets the history, for an erasure.</summary>
    public void Clear(CustomerState next)
    {
        _added.Clear();
        _addedAt.Clear();
        ReplaceHot(EventBlock.Empty, next);
    }

    /// <summary>Replaces the version together with its hot page; the events added stay.</summary>
    public void ReplaceHot(EventBlock block, CustomerState next)
    {
        hot = block;
        _hotByHash = null;
        _hotBytes = block.Data.Length + _added.Sum(a => a.Encoded.Length);
        Set(next);
    }

    /// <summary>The next version, with its hot page.</summary>
    public (CustomerState State, EventBlock Hot) Build()
    {
        if (_added.Count == 0)
        {
            return (_state with { Hot = hot.Data }, hot);
        }

        var aggregates = _state.ReadAggregates();
        _added.ForEach(a => aggregates.Add(a.Event));
        var next = hot.Insert(_added);
        return (_state with { Hot = next.Data, Aggregates = aggregates.ToBytes(), FirstRecordedAt = FirstRecordedAt() }, next);
    }

    /// <summary>Of a history that an earlier release began it is not known.</summary>
    private DateTimeOffset? FirstRecordedAt()
    {
        var known = _state.FirstRecordedAt;
        if (known is null && (_state.SealedCount + hot.Count > 0 || _state.RetainedFrom is not null))
        {
            return null;
        }

        var added = _added.Min(a => a.Event.RecordedAt);
        return known < added ? known : added;
    }

    private BehaviourEvent? FindHot(string eventId)
    {
        _hotByHash ??= IndexHot();
        if (!_hotByHash.TryGetValue(EventBlock.HashOf(eventId), out var index))
        {
            return null;
        }

        // Two ids with one hash are rare, but only the id itself decides.
        index = hot.IdAt(index) == eventId ? index : hot.IndexOf(eventId);
        return index < 0 ? null : hot[index];
    }

    private Dictionary<uint, int> IndexHot()
    {
        var byHash = new Dictionary<uint, int>(hot.Count);
        for (var i = 0; i < hot.Count; i++)
        {
            byHash[hot.IdHashAt(i)] = i;
        }

        return byHash;
    }
}
