using OrleansSeg.Events;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Inference.Counterfactuals;

/// <summary>What one customer might plausibly do next, each added to what the customer really did.</summary>
/// <remarks>
/// Orders are copies of the customer's own: the one of median amount among the latest <see cref="OrdersLookedAt"/> in the window. A visit or
/// a response is tried only with customers who have shown one. Nothing is drawn by chance. At most <see cref="CountMax"/>.
/// </remarks>
internal sealed class Hypotheses
{
    /// <summary>Latest orders among which the usual one is chosen.</summary>
    public const int OrdersLookedAt = 9;

    /// <summary>Most hypotheses of one customer.</summary>
    public const int CountMax = 23;

    private const int WeekDays = 7;
    private static readonly int[] Silences = [7, 14, 30, 60, 90, 180];
    private static readonly int[] Soon = [0, 7, 14];
    private static readonly int[] Delays = [0, 7, 14, 30];

    private readonly CustomerInput _input;
    private readonly byte[] _lifetime;
    private readonly SequenceToken _usual;

    /// <summary>Makes the hypotheses of one customer. Cost: as many copies of the customer's facts, each linear in the active days.</summary>
    /// <param name="input">What the model saw.</param>
    /// <param name="lifetime">The facts behind it.</param>
    /// <param name="usualAmount">What customers here spend on a day with a purchase, for who never bought.</param>
    public Hypotheses(CustomerInput input, LifetimeAggregates lifetime, float usualAmount)
    {
        (_input, _lifetime) = (input, lifetime.ToBytes());
        _usual = UsualOrder(input, usualAmount);
        All = [.. Make(lifetime)];
    }

    /// <summary>Amount of the usual order, in the site's currency.</summary>
    public float OrderAmount => _usual.Amount;

    /// <summary>What was made up, by kind and days.</summary>
    public IReadOnlyList<Hypothesis> All { get; }

    private IEnumerable<Hypothesis> Make(LifetimeAggregates lifetime)
    {
        foreach (var days in Silences)
        {
            yield return After(HypothesisKind.Silence, days, lifetime, []);
        }

        if (lifetime.CountOf(EventType.View) > 0)
        {
            foreach (var days in Soon.Where(days => !HasStep(EventType.View, days)))
            {
                yield return After(HypothesisKind.Visit, days, Copy(), [Single(EventType.View, days)]);
            }
        }

        if (lifetime.CountOf(EventType.CampaignOpened) > 0)
        {
            foreach (var days in Soon.Where(days => !HasStep(EventType.CampaignOpened, days)))
            {
                yield return After(HypothesisKind.Response, days, Copy(), [Single(EventType.CampaignOpened, days)]);
            }
        }

        foreach (var (kind, delays, orders, times) in new[]
        {
            (HypothesisKind.Order, Delays, 1, 1), (HypothesisKind.LargeOrder, Delays, 1, 2), (HypothesisKind.TwoOrders, Soon, 2, 1), (HypothesisKind.ThreeOrders, [0], 3, 1),
        })
        {
            foreach (var days in delays)
            {
                yield return After(kind, days, Copy(), [.. Enumerable.Range(0, orders).Select(order => Order(days + (order * WeekDays), times))]);
            }
        }
    }

    /// <summary>The input right after steps that follow the window, or after days of nothing.</summary>
    private Hypothesis After(HypothesisKind kind, int days, LifetimeAggregates lifetime, SequenceToken[] steps)
    {
        foreach (var step in steps)
        {
            lifetime.Add(step);
        }

        SequenceToken[] window = [.. _input.Tokens.ToArray().Concat(steps).TakeLast(SequenceTokens.CountMax)];
        var asOf = steps.Length > 0 ? steps[^1].Timestamp : At(days);
        return new Hypothesis(kind, days, CustomerInputBuilder.Build(lifetime, window, _input.Attributes, asOf));
    }

    private LifetimeAggregates Copy() => LifetimeAggregates.FromBytes(_lifetime);

    private DateTimeOffset At(int days) => _input.AsOf.AddDays(days);

    private SequenceToken Order(int days, int times) => _usual with { Timestamp = At(days), Amount = _usual.Amount * times, Quantity = _usual.Quantity * times };

    /// <summary>One event about what the customer last looked at or bought.</summary>
    private SequenceToken Single(EventType type, int days) => new()
    {
        Type = type,
        Timestamp = At(days),
        EventCount = 1,
        Quantity = 0,
        Amount = 0,
        Rating = float.NaN,
        Category = type == EventType.View ? _usual.Category : null,
        Texts = type == EventType.View ? [.. _usual.Texts.Take(1)] : [],
    };

    /// <summary>Whether such a step exists on that day: another event would be folded into it and change next to nothing.</summary>
    private bool HasStep(EventType type, int days)
    {
        var day = LifetimeAggregates.DayOf(At(days));
        return _input.Tokens.ToArray().Any(step => step.Type == type && LifetimeAggregates.DayOf(step.Timestamp) == day);
    }

    private static SequenceToken UsualOrder(CustomerInput input, float usualAmount)
    {
        var steps = input.Tokens.ToArray();
        var orders = steps.Where(step => step.Type == EventType.Purchase).TakeLast(OrdersLookedAt).OrderBy(step => step.Amount).ToList();
        if (orders.Count > 0)
        {
            return orders[(orders.Count - 1) / 2] with { Rating = float.NaN };
        }

        var seen = steps.LastOrDefault(step => step.Type is EventType.AddToCart or EventType.View);
        return new SequenceToken
        {
            Type = EventType.Purchase,
            Timestamp = input.AsOf,
            EventCount = 1,
            Quantity = 1,
            Amount = usualAmount,
            Rating = float.NaN,
            Category = seen?.Category,
            Texts = seen?.Texts ?? [],
        };
    }
}
