using System.Collections.Concurrent;
using OrleansSeg.Events;

namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary>What was sent and what was acknowledged, and how what is found at the end compares with it. Thread-safe but for the comparison.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, CustomerEvent> _sent = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _acknowledged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _found = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    /// <summary>Events acknowledged.</summary>
    public long Acknowledged => _acknowledged.Count;

    /// <summary>Events sent and never acknowledged.</summary>
    public long Uncertain => _sent.Count - _acknowledged.Count;

    /// <summary>Acknowledged events that were not found.</summary>
    public long Lost { get; private set; }

    /// <summary>Events found more often than once, at another customer, otherwise than sent, or never sent.</summary>
    public long Duplicated { get; private set; }

    /// <summary>The first problems, in words.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Notes an event before it is sent.</summary>
    public void Sent(CustomerEvent e) => _sent[e.Event.EventId] = e;

    /// <summary>Notes an acknowledgement.</summary>
    public void Acknowledge(string eventId) => _acknowledged[eventId] = 0;

    /// <summary>Notes an event that a customer's history holds at the end.</summary>
    public void Found(string customerId, BehaviourEvent e)
    {
        var count = _found[e.EventId] = _found.GetValueOrDefault(e.EventId) + 1;
        if (!_sent.TryGetValue(e.EventId, out var sent))
        {
            Duplicate($"{e.EventId} of {customerId} was never sent");
        }
        else if (sent.CustomerId != customerId || !sent.Event.SaysTheSameAs(e))
        {
            Duplicate($"{e.EventId} of {customerId} is not what was sent to {sent.CustomerId}");
        }
        else if (count > 1)
        {
            Duplicate($"{e.EventId} of {customerId} is there {count} times");
        }
    }

    /// <summary>Every history has been read: what was acknowledged and not found is lost.</summary>
    public void Close()
    {
        foreach (var id in _acknowledged.Keys.Where(id => !_found.ContainsKey(id)).Order(StringComparer.Ordinal))
        {
            Lost++;
            Tell($"{id} of {_sent[id].CustomerId} was acknowledged and is not there");
        }
    }

    private void Duplicate(string problem)
    {
        Duplicated++;
        Tell(problem);
    }

    private void Tell(string problem)
    {
        if (_problems.Count < 20)
        {
            _problems.Add(problem);
        }
    }
}
