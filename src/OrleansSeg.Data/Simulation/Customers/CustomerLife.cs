using System.Globalization;
using OrleansSeg.Data.Simulation.Chance;
using OrleansSeg.Data.Simulation.Seasons;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Simulation.Customers;

/// <summary>One customer from the first visit to the end of the simulation.</summary>
/// <remarks>
/// Orders follow each other by gamma spans in busy days until the customer turns away: without a word when their patience ends, or at once
/// when an order disappoints. Visits, campaigns and everything that follows an order hang on that.
/// </remarks>
internal sealed class CustomerLife
{
    private const double FarewellDays = 20;
    private readonly Shop _shop;
    private readonly CustomerTraits _traits;
    private readonly RandomStream _random;
    private readonly EventJournal _journal;
    private readonly Basket _basket;
    private readonly ShopVisit _visit;
    private readonly Aftermath _aftermath;
    private int _orders;

    private CustomerLife(Shop shop, int number)
    {
        _shop = shop;
        _traits = CustomerTraits.Draw(shop, number);
        _random = shop.StreamOf(number, "life");
        _journal = new EventJournal(shop.Options.End);
        _basket = new Basket(shop, _traits, _random);
        _visit = new ShopVisit(shop, _traits, _basket, _journal, _random);
        _aftermath = new Aftermath(_traits, _journal, _random);
    }

    /// <summary>Everything a customer did, oldest first. A customer who never came before the end did nothing.</summary>
    public static IReadOnlyList<BehaviourEvent> Simulate(Shop shop, int number)
    {
        var life = new CustomerLife(shop, number);
        life.Live();
        return life._journal.ToHistory(life._traits.Id);
    }

    private void Live()
    {
        var (firstOrder, leaves) = Orders();
        Visits(_traits.Arrival, leaves + _random.Exponential(FarewellDays));
        var replies = new CampaignReplies(_shop, _traits, _visit, _journal, _random);
        foreach (var click in replies.Receive(_shop.Clock.ToDay(_traits.Arrival), _shop.Clock.ToDay(leaves)))
        {
            // Who already buys here may order on the spot.
            if (_shop.Clock.ToBusy(_shop.DayOf(click)) is var busy && busy > firstOrder && busy < leaves && _random.Chance(0.12))
            {
                Order(_shop.DayOf(click));
            }
        }
    }

    /// <summary>Lives through the orders; returns when the first was made and when the customer turned away, in busy days.</summary>
    private (double First, double Leaves) Orders()
    {
        var leaves = _traits.Arrival + _traits.Patience;
        if (!_traits.MeansToBuy)
        {
            return (double.PositiveInfinity, leaves);
        }

        var first = _traits.Arrival + _traits.Hesitation;
        if (_traits.Hesitation == 0)
        {
            // Bought at the first visit, so the patience begins with a customer.
            leaves = Math.Max(leaves, first + 0.01);
        }

        for (var time = first; time < leaves && time < _shop.Clock.BusyDays; time += _random.Gamma(_traits.OrderShape, 1 / _traits.OrderRate))
        {
            var day = _shop.Clock.ToDay(time);
            if (Order(day))
            {
                return (first, time);
            }
        }

        return (first, leaves);
    }

    /// <summary>Visits before an order, the order, and what follows; returns whether it put the customer off the shop.</summary>
    private bool Order(double day)
    {
        var lines = _basket.Fill(day);
        var arrived = _shop.Clock.ToDay(_traits.Arrival);
        for (var visits = _random.Weighted([0.4, 0.35, 0.25]); visits > 0; visits--)
        {
            var before = day - _random.Uniform(1, 9);
            if (before >= arrived)
            {
                _visit.Browse(_shop.At(before, DayRhythm.Draw(_random)), lines[0].Item);
            }
        }

        var orderId = string.Create(CultureInfo.InvariantCulture, $"{_traits.Id}-O{++_orders:D3}");
        var paid = _visit.Order(day, orderId, lines);
        return _aftermath.Follow(orderId, paid, lines);
    }

    /// <summary>Visits without an order, as long as the customer is interested; the first one is the arrival.</summary>
    private void Visits(double from, double to)
    {
        for (var time = from; time < to && time < _shop.Clock.BusyDays; time += _random.Exponential(_traits.VisitGap))
        {
            _visit.Browse(_shop.At(_shop.Clock.ToDay(time), DayRhythm.Draw(_random)));
        }
    }
}
