using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Segments;

namespace OrleansSeg.Cli.Bench.Federation.Cluster;

/// <summary>A storefront at each site that looks one customer up after the other, until it is stopped.</summary>
internal sealed class SiteLookups(IGrainFactory grains, IReadOnlyDictionary<string, IReadOnlyList<string>> customers) : IAsyncDisposable
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<(string Site, string Customer), int> _served = new();
    private readonly ConcurrentQueue<string> _problems = new();
    private Task _running = Task.CompletedTask;
    private long _asked;
    private long _repeated;
    private long _failed;
    private long _worstMs;

    /// <summary>Look-ups asked.</summary>
    public long Asked => Volatile.Read(ref _asked);

    /// <summary>Attempts that failed and were repeated.</summary>
    public long Repeated => Volatile.Read(ref _repeated);

    /// <summary>Look-ups that were not answered in time, or as if nothing were known.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>The slowest, attempts included.</summary>
    public long WorstMs => Volatile.Read(ref _worstMs);

    /// <summary>The first failures, in words.</summary>
    public IEnumerable<string> Problems => _problems.Take(20);

    /// <summary>Whether the latest answer of every customer of a site was by this version.</summary>
    public bool IsServed(string site, int version) => customers[site].All(id => _served.GetValueOrDefault((site, id)) == version);

    /// <summary>Begins.</summary>
    public void Start() => _running = Task.WhenAll(customers.Keys.Select(site => Task.Run(() => AskAsync(site))));

    /// <summary>Ends, once what is under way is answered.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task AskAsync(string site)
    {
        var ids = customers[site];
        for (var at = 0; !_stop.IsCancellationRequested; at = (at + 1) % ids.Count)
        {
            await LookUpAsync(site, ids[at]);
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private async Task LookUpAsync(string site, string id)
    {
        Interlocked.Increment(ref _asked);
        var customer = grains.GetGrain<ICustomerGrain>(CustomerKey.Create(site, id).GrainKey);
        for (var clock = Stopwatch.StartNew(); ;)
        {
            try
            {
                var answer = await customer.LookUpAsync();
                _served[(site, id)] = answer.ModelVersion;
                if (answer.Segment == SegmentNames.Unknown)
                {
                    Fail($"{site}: {id} was answered as unknown.");
                }

                Took(clock.ElapsedMilliseconds);
                return;
            }
            catch (Exception exception)
            {
                if (clock.Elapsed > AnswerMax)
                {
                    Took(clock.ElapsedMilliseconds);
                    Fail($"{site}: {id} was not answered after {clock.Elapsed}: {exception.Message}");
                    return;
                }

                Interlocked.Increment(ref _repeated);
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private void Fail(string problem)
    {
        Interlocked.Increment(ref _failed);
        _problems.Enqueue(problem);
    }

    private void Took(long milliseconds)
    {
        for (var worst = Volatile.Read(ref _worstMs); milliseconds > worst; worst = Volatile.Read(ref _worstMs))
        {
            Interlocked.CompareExchange(ref _worstMs, milliseconds, worst);
        }
    }
}
