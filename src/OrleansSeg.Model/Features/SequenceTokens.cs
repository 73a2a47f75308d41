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

    /// <summary>Most characters of a text that a step keeps: encoders read no further, and a full window stays below a mebibyte on its way to be scored.</summary>
    public const int TextLengthMax = 1_024;

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
        private readonly TopTexts _texts = new(TextCountMax);
        private Dictionary<string, (decimal Amount, int Count)>? _categories;
        private DateTimeOffset _last;
        private decimal _quantity;
        private decimal _amount;
        private double _ratings;
        private int _rated;
        private int _count;

        public int LastPosition { get; private set; }

        public void Add(BehaviourEvent e, int position)
        {
            var amount = e.Amount;
            (_last, LastPosition) = (e.Timestamp, position);
            _count++;
            _quantity += e.Quantity ?? 0m;
            _amount += amount;
            if (e.Rating is { } rating)
            {
                _ratings += rating;
                _rated++;
            }

            if (e.Category is { } category)
            {
                var (sum, count) = (_categories ??= new(StringComparer.Ordinal)).GetValueOrDefault(category);
                _categories[category] = (sum + amount, count + 1);
            }

            if (!string.IsNullOrWhiteSpace(e.Text))
            {
                _texts.Add(TextStart.Of(e.Text, TextLengthMax), amount);
            }
        }

        public SequenceToken ToToken() => new()
        {
            Type = type,
            Timestamp = _last,
            EventCount = _count,
            Quantity = (float)_quantity,
            Amount = (float)_amount,
            Rating = _rated > 0 ? (float)(_ratings / _rated) : float.NaN,
            Category = _categories?.MaxBy(category => category.Value).Key,
            Texts = _texts.ToArray(),
        };
    }
}
