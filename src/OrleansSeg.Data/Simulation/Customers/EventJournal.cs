using System.Globalization;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Simulation.Customers;

/// <summary>Collects what one customer does, and gives it back in order of time with ids.</summary>
/// <param name="end">Nothing is kept from here on.</param>
internal sealed class EventJournal(DateTimeOffset end)
{
    private readonly List<BehaviourEvent> _events = [];

    /// <summary>Notes an event; its id is given later.</summary>
    public void Add(BehaviourEvent done)
    {
        if (done.Timestamp < end)
        {
            _events.Add(done);
        }
    }

    /// <summary>Everything noted, oldest first; events of one instant in the order in which they were noted.</summary>
    public IReadOnlyList<BehaviourEvent> ToHistory(string customerId)
    {
        // The ids ascend with the position, so that ordering by time and id keeps this order.
        var digits = Math.Max(4, _events.Count.ToString(CultureInfo.InvariantCulture).Length);
        return
        [
            .. _events
                .OrderBy(e => e.Timestamp)
                .Select((e, position) => e with { EventId = $"{customerId}-{(position + 1).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0')}" }),
        ];
    }
}
