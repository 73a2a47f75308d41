using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansSeg.Cli.Customers;
using OrleansSeg.Cli.Import;
using OrleansSeg.Client;
using OrleansSeg.Events;

namespace OrleansSeg.Cli.Bench;

/// <summary>From an event to the segment that reflects it, while events come at a given rate.</summary>
/// <remarks>
/// The load is open: an event is due at its time whether or not earlier ones are answered, and its latency counts from then, so that a
/// stall is not hidden by the events it holds back. The end is the first look-up that reflects the event and is not stale.
/// </remarks>
internal sealed class RescoreBench : IBenchmark
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public string Name => "rescore";

    /// <inheritdoc />
    public string Description => "Milliseconds from an event to the segment that reflects it, at --rate events per second.";

    /// <inheritdoc />
    public int CustomersByDefault => 1_500;

    /// <inheritdoc />
    public async Task<BenchReport> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var (settings, recorder) = (context.Settings, new BenchRecorder(Name));
        await using var shop = await BenchShop.OpenAsync(context, trained: true, cancellationToken);
        await SweepProgress.RunAsync(context.Output, shop.Session, cancellationToken);
        var client = shop.Session.Client;
        var ids = await client.ReadCustomersAsync(cancellationToken).ToArrayAsync(cancellationToken);
        var load = new EventLoad(client, ids, context.Seed);
        await load.RunAsync(settings.PerSecond, TimeSpan.FromSeconds(2), cancellationToken);
        var (acknowledged, reflected, elapsed) = await load.RunAsync(settings.PerSecond, settings.Duration, cancellationToken);
        recorder.Rate("events", reflected.Count / elapsed.TotalSeconds);
        recorder.Latency("eventToAcknowledgement", acknowledged);
        recorder.Latency("eventToSegment", reflected);
        recorder.Setting("offeredPerSecond", $"{settings.PerSecond}");
        recorder.Setting("customers", $"{ids.Length}");
        return recorder.ToReport();
    }

    private sealed class EventLoad(SegmentationClient client, string[] ids, int seed)
    {
        private readonly ConcurrentQueue<string> _idle = new(ids);
        private readonly Random _random = new(seed);
        private readonly Lock _gate = new();
        private readonly string _run = Guid.NewGuid().ToString("N");
        private LatencyHistogram _acknowledged = new();
        private LatencyHistogram _reflected = new();
        private int _next;

        /// <summary>Offers events at random times, so many a second on average, and waits until the last is reflected.</summary>
        public async Task<(LatencyHistogram Acknowledged, LatencyHistogram Reflected, TimeSpan Elapsed)> RunAsync(
            double perSecond, TimeSpan duration, CancellationToken cancellationToken)
        {
            (_acknowledged, _reflected) = (new(), new());
            var began = TimeProvider.System.GetTimestamp();
            var calls = new List<Task>();
            for (var due = TimeSpan.Zero; due < duration; due -= TimeSpan.FromSeconds(Math.Log(1 - _random.NextDouble()) / perSecond))
            {
                var wait = due - TimeProvider.System.GetElapsedTime(began);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, cancellationToken);
                }

                // A customer has one event under way at a time, or one segment would answer for two events.
                if (!_idle.TryDequeue(out var customer))
                {
                    throw new VerbFailedException($"All {ids.Length} customers wait for a segment: {perSecond} events per second are too many for this machine.");
                }

                var at = due;
                calls.Add(Task.Run(() => FollowAsync(customer, began, at, cancellationToken), cancellationToken));
            }

            await Task.WhenAll(calls);
            return (_acknowledged, _reflected, TimeProvider.System.GetElapsedTime(began));
        }

        private async Task FollowAsync(string customer, long began, TimeSpan due, CancellationToken cancellationToken)
        {
            var before = await client.LookUpAsync(customer);
            var receipt = await client.RecordAsync(customer, ImmutableArray.Create(NewEvent()), cancellationToken);
            var acknowledged = TimeProvider.System.GetElapsedTime(began) - due;
            var assignment = before;
            while (assignment.Stale || assignment.EventsSeen < before.EventsSeen + receipt.Added)
            {
                if (TimeProvider.System.GetElapsedTime(began) - due > AnswerMax)
                {
                    throw new VerbFailedException($"An event of {customer} is in no segment after {AnswerMax}: {assignment}.");
                }

                await Task.Delay(PollInterval, cancellationToken);
                assignment = await client.LookUpAsync(customer);
            }

            lock (_gate)
            {
                _acknowledged.Add(acknowledged);
                _reflected.Add(TimeProvider.System.GetElapsedTime(began) - due);
            }

            _idle.Enqueue(customer);
        }

        private BehaviourEvent NewEvent() => new()
        {
            EventId = $"{_run}-{Interlocked.Increment(ref _next)}",
            Type = EventType.View,
            Timestamp = TimeProvider.System.GetUtcNow(),
            Item = "bench",
        };
    }
}
