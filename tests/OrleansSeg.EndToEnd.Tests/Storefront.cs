using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSeg.Client;
using OrleansSeg.Customers;
using OrleansSeg.Events;

namespace OrleansSeg.EndToEnd.Tests;

/// <summary>A storefront over TCP that remembers what it tried to record and what was acknowledged.</summary>
internal sealed class Storefront(int seed)
{
    private const int Customers = 24;
    private const int Callers = 24;
    private const int TextLength = 1_500;

    private readonly ConcurrentDictionary<string, BehaviourEvent> _attempted = new();
    private readonly ConcurrentDictionary<string, byte> _acknowledged = new();
    private readonly DateTimeOffset _began = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private int _next;

    /// <summary>Events acknowledged so far.</summary>
    public int AcknowledgedCount => _acknowledged.Count;

    /// <summary>Events that were sent and never answered.</summary>
    public int UnansweredCount => _attempted.Count - _acknowledged.Count;

    /// <summary>Connects to a server.</summary>
    public static async Task<IHost> ConnectAsync(int gatewayPort)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddFilter(_ => false);
        builder.AddOrleansSegClient(client => client.Gateways.Add(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{gatewayPort}")));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>Records events until stopped or until so many more are acknowledged: first those that were never answered, then new ones.</summary>
    public async Task RecordAsync(SegmentationClient client, int acknowledgements, CancellationToken stop)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var again = new ConcurrentQueue<string>(_attempted.Keys.Where(id => !_acknowledged.ContainsKey(id)));
        var enough = _acknowledged.Count + acknowledgements;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                var e = again.TryDequeue(out var id) ? _attempted[id] : NewEvent();
                try
                {
                    var receipt = await client.RecordAsync(CustomerOf(e), ImmutableArray.Create(e), done.Token);
                    Assert.Empty(receipt.Refused);
                    _acknowledged[e.EventId] = 0;
                    if (_acknowledged.Count >= enough)
                    {
                        await done.CancelAsync();
                    }
                }
                catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
                {
                    // Not answered: the event may be there or not, once at most.
                    if (!done.IsCancellationRequested)
                    {
                        await Task.Delay(20, CancellationToken.None);
                    }
                }
            }
        })));
    }

    /// <summary>Ends when so many more events are acknowledged than now.</summary>
    public async Task AcknowledgesAsync(int count)
    {
        var enough = _acknowledged.Count + count;
        while (_acknowledged.Count < enough)
        {
            await Task.Delay(20);
        }
    }

    /// <summary>Reads every history and compares: each acknowledged event once, each other one at most once, nothing else.</summary>
    public async Task CheckAsync(SegmentationClient client, string context)
    {
        var found = new Dictionary<string, int>();
        for (var customer = 0; customer < Customers; customer++)
        {
            await foreach (var e in ReadAsync(client.Customer(IdOf(customer))))
            {
                found[e.EventId] = found.GetValueOrDefault(e.EventId) + 1;
                Assert.True(_attempted.TryGetValue(e.EventId, out var sent), $"{context}: {e.EventId} was never sent.");
                Assert.True(sent.SaysTheSameAs(e) && CustomerOf(e) == IdOf(customer), $"{context}: {e.EventId} says something else than what was sent.");
            }
        }

        var lost = _acknowledged.Keys.Where(id => !found.ContainsKey(id)).ToList();
        var doubled = found.Where(pair => pair.Value > 1).Select(pair => pair.Key).ToList();
        Assert.True(lost.Count == 0, $"{context}: {lost.Count} of {_acknowledged.Count} acknowledged events are lost, such as {lost.FirstOrDefault()}.");
        Assert.True(doubled.Count == 0, $"{context}: {doubled.Count} events are there more than once, such as {doubled.FirstOrDefault()}.");
    }

    private static async IAsyncEnumerable<BehaviourEvent> ReadAsync(ICustomerGrain customer)
    {
        string? token = null;
        do
        {
            var page = await customer.GetHistoryAsync(new HistoryQuery(null, null, token, 500), CancellationToken.None);
            foreach (var e in page.Events)
            {
                yield return e;
            }

            token = page.NextPageToken;
        }
        while (token is not null);
    }

    private static string IdOf(int customer) => string.Create(CultureInfo.InvariantCulture, $"customer/{customer}");

    private static string CustomerOf(BehaviourEvent e) => e.Channel!;

    // Long texts, so that pages fill and are sealed while the load runs; times in no order, so that events are inserted into the middle.
    private BehaviourEvent NewEvent()
    {
        var number = Interlocked.Increment(ref _next);
        var random = new Random(unchecked((seed * 486_187_739) + number));
        var e = new BehaviourEvent
        {
            EventId = string.Create(CultureInfo.InvariantCulture, $"event-{number}"),
            Type = EventType.Search,
            Timestamp = _began.AddMinutes(random.Next(100_000)),
            Channel = IdOf(random.Next(Customers)),
            Text = new string((char)('a' + random.Next(26)), TextLength),
        };
        _attempted[e.EventId] = e;
        return e;
    }
}
