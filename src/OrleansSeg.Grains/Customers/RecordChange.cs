using System.Collections.Immutable;
using System.Text;
using OrleansSeg.Customers.History;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;

namespace OrleansSeg.Customers;

/// <summary>The events of one call, on their way into the history; a long list takes several writes.</summary>
internal sealed class RecordChange : PendingChange<CustomerDraft>
{
    private readonly List<(BehaviourEvent Event, byte[] Encoded)> _events = [];
    private readonly List<EventRefusal> _refused = [];
    private readonly HashSet<string> _uncertain = new(StringComparer.Ordinal);
    private readonly List<string> _addedIds = [];
    private readonly List<EventRefusal> _refusedNow = [];
    private readonly bool _imported;
    private readonly RetentionRule _retention;
    private int _kept;
    private int _position;
    private int _added;
    private int _addedNow;
    private int _alreadyKnown;
    private int _alreadyKnownNow;

    /// <summary>Checks each event and stamps it.</summary>
    /// <param name="events">The events, in any order.</param>
    /// <param name="imported">Whether they are of the past.</param>
    /// <param name="retention">What is too old to keep.</param>
    /// <param name="now">The time of the call.</param>
    public RecordChange(IEnumerable<BehaviourEvent> events, bool imported, RetentionRule retention, DateTimeOffset now)
    {
        _imported = imported;
        _retention = retention;

        // In order of time, so that the pages of a long list overlap as little as they can.
        foreach (var e in events.OrderBy(e => e, EventOrder.Instance))
        {
            if (EventValidator.FindProblem(e, now) is { } problem)
            {
                _refused.Add(new EventRefusal(problem.EventId, RefusalKind.Invalid, problem.Field, problem.Reason));
                continue;
            }

            var stamped = e with { RecordedAt = now, Backfilled = imported };
            try
            {
                _events.Add((stamped, EventCodec.Encode(stamped)));
            }
            catch (EncoderFallbackException)
            {
                _refused.Add(new EventRefusal(e.EventId, RefusalKind.Invalid, "text", "a text of the event is not valid Unicode"));
            }
        }
    }

    /// <summary>What became of the events; complete once the change is durable.</summary>
    public RecordReceipt Receipt => new(_added, _alreadyKnown, [.. _refused]);

    /// <inheritdoc />
    public override async ValueTask<bool> ApplyAsync(CustomerDraft draft)
    {
        var before = _addedNow;
        while (_position < _events.Count && !draft.IsFull)
        {
            var (e, encoded) = _events[_position++];
            if (FindRefusal(e, draft.State) is { } refusal)
            {
                _refusedNow.Add(refusal);
            }
            else if (await draft.FindAsync(e.EventId) is not { } known)
            {
                draft.Add(e, encoded);
                _addedIds.Add(e.EventId);
                _addedNow++;
            }
            else
            {
                Compare(e, known);
            }
        }

        if (_addedNow > before)
        {
            draft.Touch(_imported);
        }

        return _position == _events.Count;
    }

    /// <inheritdoc />
    public override void Keep()
    {
        _kept = _position;
        _added += _addedNow;
        _alreadyKnown += _alreadyKnownNow;
        _refused.AddRange(_refusedNow);
        Clear();
    }

    /// <inheritdoc />
    public override void Forget()
    {
        _position = _kept;
        _uncertain.UnionWith(_addedIds);
        Clear();
    }

    private void Clear()
    {
        (_addedNow, _alreadyKnownNow) = (0, 0);
        _refusedNow.Clear();
        _addedIds.Clear();
    }

    private void Compare(BehaviourEvent e, BehaviourEvent known)
    {
        // A write of this very event whose outcome was uncertain turns out to have happened.
        if (_uncertain.Contains(e.EventId) && known.RecordedAt == e.RecordedAt && known.SaysTheSameAs(e))
        {
            _uncertain.Remove(e.EventId);
            _addedNow++;
        }
        else if (known.SaysTheSameAs(e))
        {
            _alreadyKnownNow++;
        }
        else
        {
            _refusedNow.Add(new EventRefusal(
                e.EventId, RefusalKind.Conflict, "eventId", $"is known with other content since {known.RecordedAt:O}"));
        }
    }

    private EventRefusal? FindRefusal(BehaviourEvent e, CustomerState state)
    {
        if (state.ErasedAt is { } erasedAt && e.Timestamp < erasedAt)
        {
            return new EventRefusal(
                e.EventId, RefusalKind.Erased, "timestamp", $"{e.Timestamp:O} is before the customer's erasure at {erasedAt:O}");
        }

        return _retention.WatermarkOf(e.Type) is { } watermark && e.Timestamp < watermark
            ? new EventRefusal(e.EventId, RefusalKind.BeyondRetention, "timestamp", $"{e.Timestamp:O} is before {watermark:O}, the oldest kept")
            : null;
    }
}
