using OrleansSeg.Data.Simulation.Assortment;
using OrleansSeg.Data.Simulation.Chance;
using OrleansSeg.Data.Simulation.Seasons;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Simulation.Customers;

/// <summary>Visits to the shop: looking around, filling a cart, leaving it or ordering.</summary>
internal sealed class ShopVisit(Shop shop, CustomerTraits traits, Basket basket, EventJournal journal, RandomStream random)
{
    /// <summary>A visit without an order.</summary>
    /// <param name="start">When it begins.</param>
    /// <param name="wanted">An item that is looked at among others, or null.</param>
    /// <param name="category">The shelf that is looked at, or null for any.</param>
    public void Browse(DateTimeOffset start, ShopItem? wanted = null, int? category = null)
    {
        var time = start;
        var day = shop.DayOf(start);
        var first = wanted ?? (category is { } shelf ? basket.DrawFrom(shelf) : basket.Draw(day));
        Search(first, 0.4, ref time);
        View(first, day, ref time);
        var deep = traits.MeansToBuy ? 0.5 : 0.38;
        while (random.Chance(deep))
        {
            View(category is { } same ? basket.DrawFrom(same) : basket.Draw(day), day, ref time);
        }

        if (random.Chance(traits.MeansToBuy ? 0.16 : 0.04))
        {
            Note(EventType.AddToCart, first, day, ref time);
            if (random.Chance(0.35))
            {
                Note(EventType.RemoveFromCart, first, day, ref time);
            }
        }
    }

    /// <summary>A visit with an order: looks at everything, puts it in the cart and pays. In a store only the order is seen.</summary>
    /// <returns>When it was paid.</returns>
    public DateTimeOffset Order(double day, string orderId, IReadOnlyList<BasketLine> lines)
    {
        var inStore = random.Chance(traits.StoreShare);
        var time = shop.At(day, inStore ? DayRhythm.DrawStore(random) : DayRhythm.Draw(random));
        if (!inStore)
        {
            Search(lines[0].Item, 0.5, ref time);
            foreach (var line in lines)
            {
                View(line.Item, day, ref time);
                Note(EventType.AddToCart, line.Item, day, ref time, line.Quantity);
            }

            if (random.Chance(0.15))
            {
                var spurned = basket.Draw(day);
                View(spurned, day, ref time);
                Note(EventType.AddToCart, spurned, day, ref time);
                Note(EventType.RemoveFromCart, spurned, day, ref time);
            }
        }

        time += Pause();
        foreach (var (item, quantity, price) in lines)
        {
            journal.Add(Event(EventType.Purchase, item, time, inStore ? "store" : traits.Channel) with
            {
                OrderId = orderId, Quantity = quantity, UnitPrice = price,
            });
        }

        return time;
    }

    /// <summary>An event about an item, its title as text.</summary>
    public static BehaviourEvent Event(EventType type, ShopItem item, DateTimeOffset time, string channel) => new()
    {
        EventId = "", Type = type, Timestamp = time, Item = item.Code, Category = item.Category.Name, Channel = channel, Text = item.Title,
    };

    private void Search(ShopItem item, double share, ref DateTimeOffset time)
    {
        if (random.Chance(share))
        {
            journal.Add(new BehaviourEvent { EventId = "", Type = EventType.Search, Timestamp = time, Channel = traits.Channel, Text = item.Kind });
            time += Pause();
        }
    }

    private void View(ShopItem item, double day, ref DateTimeOffset time) => Note(EventType.View, item, day, ref time);

    private void Note(EventType type, ShopItem item, double day, ref DateTimeOffset time, int? quantity = null)
    {
        var done = Event(type, item, time, traits.Channel) with { UnitPrice = basket.PriceOf(item, day) };
        journal.Add(type is EventType.AddToCart or EventType.RemoveFromCart ? done with { Quantity = quantity ?? 1 } : done);
        time += Pause();
    }

    private TimeSpan Pause() => TimeSpan.FromSeconds(random.Whole(8, 140));
}
