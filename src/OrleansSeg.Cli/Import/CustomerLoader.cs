using System.Collections.Immutable;
using OrleansSeg.Client;
using OrleansSeg.Customers;
using OrleansSeg.Events;

namespace OrleansSeg.Cli.Import;

/// <summary>What became of the events that were loaded.</summary>
/// <param name="Added">Stored for the first time.</param>
/// <param name="AlreadyKnown">Stored before.</param>
/// <param name="Refused">Refused by a customer's rules, such as an erasure.</param>
/// <param name="Faulty">Of the refused: those at fault themselves, by a bound or by an id that is known with other content.</param>
/// <param name="RefusedExamples">The first refusals.</param>
internal sealed record LoadTotals(long Added, long AlreadyKnown, long Refused, long Faulty, ImmutableArray<EventRefusal> RefusedExamples)
{
    /// <summary>Nothing yet.</summary>
    public static LoadTotals None { get; } = new(0, 0, 0, 0, []);
}

/// <summary>Brings a stream of events to the customers, grouped so that each customer is written few times.</summary>
/// <remarks>
/// Events wait in a buffer of bounded size, go to their partitions in calls of bounded size, and a few calls run at once. An event is
/// counted when the partition has acknowledged it.
/// </remarks>
internal sealed class CustomerLoader(SegmentationClient client)
{
    private const int BufferedMax = 200_000;
    private const int EventsPerCall = 2_000;
    private const int CallsAtOnce = 8;

    private readonly Dictionary<string, Buffered> _buffer = new(StringComparer.Ordinal);
    private LoadTotals _totals = LoadTotals.None;

    /// <summary>Loads everything; returns when all of it is durable.</summary>
    /// <param name="events">The events, in any order.</param>
    /// <param name="report">Told of the totals now and then.</param>
    /// <param name="cancellationToken">Stops between calls.</param>
    public async Task<LoadTotals> LoadAsync(IAsyncEnumerable<CustomerEvent> events, Action<LoadTotals> report, CancellationToken cancellationToken)
    {
        var buffered = 0;
        var flush = Task.CompletedTask;
        await foreach (var e in events.WithCancellation(cancellationToken))
        {
            if (!_buffer.TryGetValue(e.CustomerId, out var customer))
            {
                _buffer.Add(e.CustomerId, customer = new Buffered());
            }

            customer.Add(e);
            if (++buffered % 20_000 == 0)
            {
                report(_totals);
            }

            if (buffered >= BufferedMax)
            {
                // The file is read on while the batch before is stored.
                await flush;
                flush = FlushAsync(TakeBuffer(), report, cancellationToken);
                buffered = 0;
            }
        }

        await flush;
        await FlushAsync(TakeBuffer(), report, cancellationToken);
        return _totals;
    }

    private Dictionary<string, Buffered> TakeBuffer()
    {
        var taken = new Dictionary<string, Buffered>(_buffer, StringComparer.Ordinal);
        _buffer.Clear();
        return taken;
    }

    private async Task FlushAsync(Dictionary<string, Buffered> customers, Action<LoadTotals> report, CancellationToken cancellationToken)
    {
        var layout = await client.GetLayoutAsync(cancellationToken);
        var calls = customers
            .GroupBy(pair => CustomerKey.Create(client.Site, pair.Key).PartitionOf(layout.PartitionCount))
            .SelectMany(group => Cut(group.Select(pair => pair.Value.ToImport(pair.Key))).Select(call => (Partition: group.Key, Customers: call)));
        var limits = new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(calls, limits, async (call, token) =>
        {
            var receipt = await client.Partition(call.Partition).ImportAsync(call.Customers, token);
            lock (_buffer)
            {
                _totals = new LoadTotals(
                    _totals.Added + receipt.Added,
                    _totals.AlreadyKnown + receipt.AlreadyKnown,
                    _totals.Refused + receipt.Refused.Values.Sum(),
                    _totals.Faulty + receipt.Refused.Where(pair => pair.Key is RefusalKind.Invalid or RefusalKind.Conflict).Sum(pair => pair.Value),
                    _totals.RefusedExamples.Length < 10 ? [.. _totals.RefusedExamples.Concat(receipt.RefusedExamples).Take(10)] : _totals.RefusedExamples);
            }

            report(_totals);
        });
    }

    private static IEnumerable<ImmutableArray<CustomerImport>> Cut(IEnumerable<CustomerImport> customers)
    {
        var call = ImmutableArray.CreateBuilder<CustomerImport>();
        var events = 0;
        foreach (var customer in customers.SelectMany(Split))
        {
            if (events > 0 && events + customer.Events.Length > EventsPerCall)
            {
                yield return call.ToImmutable();
                call.Clear();
                events = 0;
            }

            call.Add(customer);
            events += Math.Max(1, customer.Events.Length);
        }

        if (call.Count > 0)
        {
            yield return call.ToImmutable();
        }
    }

    private static IEnumerable<CustomerImport> Split(CustomerImport customer) => customer.Events.Length <= EventsPerCall
        ? [customer]
        : customer.Events.Chunk(EventsPerCall).Select(part => customer with { Events = [.. part] });

    private sealed class Buffered
    {
        private readonly List<BehaviourEvent> _events = [];
        private ImmutableDictionary<string, string> _attributes = ImmutableDictionary<string, string>.Empty;
        private IReadOnlyDictionary<string, string>? _lastAttributes;

        public void Add(CustomerEvent e)
        {
            _events.Add(e.Event);
            if (e.Attributes is not null && !ReferenceEquals(e.Attributes, _lastAttributes))
            {
                _lastAttributes = e.Attributes;
                _attributes = _attributes.SetItems(e.Attributes);
            }
        }

        public CustomerImport ToImport(string customerId) => new(customerId, [.. _events], _attributes);
    }
}
