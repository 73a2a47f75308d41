using OrleansSeg.Events;

namespace OrleansSeg.Model.Features;

/// <summary>Exact facts over a customer's whole life, kept beside the history so that scoring need not read it all.</summary>
/// <remarks>
/// Adding is commutative: late events need no repair. One entry per active UTC day, so the size is bounded by the days a customer was
/// active (about 30 bytes each once written), never by the number of events. Not thread-safe.
/// </remarks>
public sealed partial class LifetimeAggregates
{
    private const int SummedDigits = 6;
    private static readonly int TypeCount = Enum.GetValues<EventType>().Max(type => (int)type) + 1;

    private readonly SortedList<int, DayActivity> _days = [];
    private readonly long[] _counts = new long[TypeCount];

    /// <summary>Active days: UTC day number since 0001-01-01 to what happened that day, oldest first.</summary>
    public IReadOnlyDictionary<int, DayActivity> Days => _days;

    /// <summary>Events added.</summary>
    public long EventCount => _counts.Sum();

    /// <summary>Time of the earliest event, or null.</summary>
    public DateTimeOffset? FirstEvent { get; private set; }

    /// <summary>Time of the latest event, or null.</summary>
    public DateTimeOffset? LastEvent { get; private set; }

    /// <summary>Time of the earliest purchase, or null.</summary>
    public DateTimeOffset? FirstPurchase { get; private set; }

    /// <summary>Time of the latest purchase, or null.</summary>
    public DateTimeOffset? LastPurchase { get; private set; }

    /// <summary>Gross spend over the lifetime, each amount to a millionth of the currency.</summary>
    public decimal Spend { get; private set; }

    /// <summary>Sum of ratings given.</summary>
    public decimal RatingSum { get; private set; }

    /// <summary>Ratings given.</summary>
    public long RatingCount { get; private set; }

    /// <summary>Distinct UTC days with a purchase.</summary>
    public int PurchaseDays { get; private set; }

    /// <summary>Events of one type.</summary>
    public long CountOf(EventType type) => _counts[(int)type];

    /// <summary>UTC day number of an instant.</summary>
    public static int DayOf(DateTimeOffset instant) => (int)(instant.UtcTicks / TimeSpan.TicksPerDay);

    /// <summary>Counts one event in.</summary>
    public void Add(BehaviourEvent added)
    {
        ArgumentNullException.ThrowIfNull(added);
        _counts[(int)added.Type]++;
        FirstEvent = Earlier(FirstEvent, added.Timestamp);
        LastEvent = Later(LastEvent, added.Timestamp);
        if (added.Rating is { } rating)
        {
            RatingSum += Exact((decimal)Math.Clamp(rating, -1e6f, 1e6f));
            RatingCount++;
        }

        var number = DayOf(added.Timestamp);
        _days.TryGetValue(number, out var day);
        _days[number] = AddToDay(day, added);
    }

    /// <summary>Counts the events of one step in: for behaviour that is made up, of which only the step is known.</summary>
    /// <remarks>Sums over the step are kept; which of its events has which part of them is not told by any feature.</remarks>
    internal void Add(SequenceToken step)
    {
        var (amount, quantity) = ((decimal)step.Amount, (decimal)step.Quantity);
        var single = step.EventCount == 1 && quantity > 0;
        var first = new BehaviourEvent
        {
            EventId = "", Type = step.Type, Timestamp = step.Timestamp, Quantity = single ? quantity : 1, UnitPrice = single ? amount / quantity : amount,
        };
        Add(first);
        for (var line = 1; line < step.EventCount; line++)
        {
            Add(first with { Quantity = line == 1 ? quantity - 1 : 0, UnitPrice = 0 });
        }
    }

    private DayActivity AddToDay(DayActivity day, BehaviourEvent added)
    {
        switch (added.Type)
        {
            case EventType.Purchase:
                FirstPurchase = Earlier(FirstPurchase, added.Timestamp);
                LastPurchase = Later(LastPurchase, added.Timestamp);
                Spend += Exact(added.Amount);
                PurchaseDays += day.Purchases == 0 ? 1 : 0;
                return day with
                {
                    Spend = day.Spend + Exact(added.Amount), Quantity = day.Quantity + Exact(added.Quantity ?? 1m), Purchases = day.Purchases + 1,
                };
            case EventType.Return:
                return day with { Returned = day.Returned + Exact(added.Amount), Returns = day.Returns + 1 };
            case EventType.View or EventType.Search or EventType.AddToCart or EventType.RemoveFromCart:
                return day with { Browses = day.Browses + 1 };
            case EventType.CampaignSent:
                return day with { CampaignsSent = day.CampaignsSent + 1 };
            case EventType.CampaignOpened or EventType.CampaignClicked:
                return day with { CampaignResponses = day.CampaignResponses + 1 };
            default:
                return day with { Contacts = day.Contacts + 1 };
        }
    }

    /// <summary>A millionth is the last digit that is summed: with more, a decimal would round, and the sum would follow the order of adding.</summary>
    private static decimal Exact(decimal value) => decimal.Round(value, SummedDigits);

    private static DateTimeOffset Earlier(DateTimeOffset? known, DateTimeOffset candidate) =>
        known is { } time && time <= candidate ? time : candidate.ToUniversalTime();

    private static DateTimeOffset Later(DateTimeOffset? known, DateTimeOffset candidate) =>
        known is { } time && time >= candidate ? time : candidate.ToUniversalTime();
}
