using OrleansSeg.Data.Simulation.Customers;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Simulation;

/// <summary>A believable shop: who comes by, looks, buys, writes, sends back and stays away.</summary>
/// <remarks>
/// Equal options give equal events on every machine, and a customer is the same however many others there are. Customers differ in how
/// often they order and how soon they turn away (gamma distributions, Schmittlein, Morrison and Colombo 1987); trade follows the year, the
/// week and the day; visits come before orders; satisfaction ties ratings, review texts, returns and leaving together. Thread-safe.
/// </remarks>
public sealed class ShopSimulator
{
    private readonly Shop _shop;

    /// <summary>Opens the shop.</summary>
    /// <exception cref="ArgumentException">An option breaks a bound; the message names it.</exception>
    public ShopSimulator(ShopOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _shop = new Shop(options);
    }

    /// <summary>What is simulated.</summary>
    public ShopOptions Options => _shop.Options;

    /// <summary>Items the shop sells: code to title.</summary>
    public IReadOnlyDictionary<string, string> Titles => _shop.Catalogue.Items.ToDictionary(item => item.Code, item => item.Title, StringComparer.Ordinal);

    /// <summary>Everything one customer did, oldest first; the first event carries the profile attributes.</summary>
    /// <param name="number">0 to 9,999,999; it need not be below the count.</param>
    /// <returns>Empty for a customer who would only come after the end.</returns>
    public IReadOnlyList<CustomerEvent> Customer(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        var traits = CustomerTraits.Draw(_shop, number);
        return [.. CustomerLife.Simulate(_shop, number).Select((e, i) => new CustomerEvent(traits.Id, e, i == 0 ? traits.Attributes : null))];
    }

    /// <summary>Whether a customer consents to profiling and training.</summary>
    /// <param name="number">As in <see cref="Customer"/>.</param>
    public bool Consents(int number) => CustomerTraits.Draw(_shop, number).Consents;

    /// <summary>The shop's id of a customer.</summary>
    /// <param name="number">As in <see cref="Customer"/>.</param>
    public static string CustomerId(int number) => CustomerTraits.IdOf(number);

    /// <summary>All events, customer after customer. Holds one customer in memory.</summary>
    public IEnumerable<CustomerEvent> ByCustomer() => Enumerable.Range(0, Options.Customers).SelectMany(Customer);

    /// <summary>All events in order of time, as a shop's log has them.</summary>
    /// <remarks>Customers are simulated as they arrive; what is yet to come of those who have arrived is held in memory.</remarks>
    public IEnumerable<CustomerEvent> ByTime()
    {
        var arrivals = Enumerable.Range(0, Options.Customers)
            .Select(number => (Number: number, Earliest: EarliestOf(number)))
            .OrderBy(arrival => arrival.Earliest)
            .ThenBy(arrival => arrival.Number)
            .ToList();
        var waiting = new PriorityQueue<(int Number, IEnumerator<CustomerEvent> Events), (DateTimeOffset Time, int Number)>();
        var arrived = 0;
        while (arrived < arrivals.Count || waiting.Count > 0)
        {
            while (arrived < arrivals.Count && (!waiting.TryPeek(out _, out var next) || arrivals[arrived].Earliest <= next.Time))
            {
                var number = arrivals[arrived++].Number;
                Enqueue((number, Customer(number).GetEnumerator()));
            }

            if (waiting.TryDequeue(out var customer, out _))
            {
                yield return customer.Events.Current;
                Enqueue(customer);
            }
        }

        void Enqueue((int Number, IEnumerator<CustomerEvent> Events) customer)
        {
            if (customer.Events.MoveNext())
            {
                waiting.Enqueue(customer, (customer.Events.Current.Event.Timestamp, customer.Number));
            }
        }
    }

    /// <summary>The midnight before a customer's first event.</summary>
    private DateTimeOffset EarliestOf(int number) => _shop.At(_shop.Clock.ToDay(CustomerTraits.Draw(_shop, number).Arrival), TimeSpan.Zero);
}
