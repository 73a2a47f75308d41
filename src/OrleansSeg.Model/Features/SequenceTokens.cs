using OrleansSeg.Events;

namespace OrleansSeg.Model.Features;

/// <summary>Folds events into the steps of the customer sequence.</summary>
/// <remarks>
/// Lines of one order and type make one step, because an invoice can have hundreds of lines; purchases without an order id and all other
/// types fold by UTC day. Steps are ordered by their last event.
/// </remarks>
public static class SequenceTokens
{
    /// <summary>Most steps the model sees.</summary>
    public const int CountMax = 64;

    /// <summary>Most events that are folded, counted back from the instant asked about.</summary>
    public const int EventCountMax = 4_096;

    /// <summary>Most texts a step keeps.</summary>
    public const int TextCountMax = 4;

    /// <summary>Folds events that are in <see cref="EventOrder"/>; the last <see cref="EventCountMax"/> count.</summary>
    /// <returns>At most <see cref="CountMax"/> steps, oldest first.</returns>
    public static SequenceToken[] Fold(ReadOnlySpan<BehaviourEvent> events)
    {
        if (events.Length > EventCountMax)
        {
            events = events[^EventCountMax..];
        }

        var steps = new Dictionary<(EventType, string?, int), Step>();
        var position = 0;
        foreach (var e in events)
        {
            var key = e is { Type: EventType.Purchase or EventType.Return, OrderId: { } order }
                ? (e.Type, order, 0)
                : (e.Type, null, LifetimeAggregates.DayOf(e.Timestamp));
            if (!steps.TryGetValue(key, out var step))
            {
                steps.Add(key, step = new Step(e.Type));
            }

            step.Add(e, position++);
        }

        return [.. steps.Values.OrderBy(step => step.LastPosition).TakeLast(CountMax).Select(step => step.ToToken())];
    }

    private sealed class Step(EventType type)
    {
        private readonly List<BehaviourEvent> _events = [];

        public int LastPosition { get; private set; }

        public void Add(BehaviourEvent e, int position)
        {
            _events.Add(e);
            LastPosition = position;
        }

        public SequenceToken ToToken()
        {
            var rated = _events.Where(e => e.Rating.HasValue).ToList();
            return new SequenceToken
            {
                Type = type,
                Timestamp = _events[^1].Timestamp,
                EventCount = _events.Count,
                Quantity = (float)_events.Sum(e => e.Quantity ?? 0m),
                Amount = (float)_events.Sum(e => e.Amount),
                Rating = rated.Count > 0 ? rated.Average(e => e.Rating!.Value) : float.NaN,
                Category = _events
                    .Where(e => e.Category is not null)
                    .GroupBy(e => e.Category)
                    .MaxBy(group => (group.Sum(e => e.Amount), group.Count()))?.Key,
                Texts = [.. _events
                    .Where(e => !string.IsNullOrWhiteSpace(e.Text))
                    .OrderByDescending(e => e.Amount)
                    .Select(e => e.Text!)
                    .Distinct(StringComparer.Ordinal)
                    .Take(TextCountMax)],
            };
        }
    }
}
