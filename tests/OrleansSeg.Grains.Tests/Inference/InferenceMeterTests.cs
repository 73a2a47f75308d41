using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using OrleansSeg.Inference;

namespace OrleansSeg.Grains.Tests.Inference;

public sealed class InferenceMeterTests
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task EveryBatch_CarriesTriggerSizeTimesAndPadding()
    {
        using var engine = new Engine(o => o.BatchSizeMax = 2);
        using var readings = new Readings(engine.Meters);
        engine.Model.OnScore = _ => engine.Time.Advance(TimeSpan.FromSeconds(0.25));
        await Task.WhenAll(engine.AskAsync("a", steps: 8), engine.AskAsync("b", steps: 4));
        var lone = engine.AskAsync("c", priority: ScoringPriority.Backfill);
        engine.Time.Advance(Linger);
        await lone;
        using (var held = engine.Model.Hold())
        {
            var last = engine.AskEach("de");
            await held.Entered;
            var flushed = engine.AskAsync("f", priority: ScoringPriority.Refresh);
            var stop = engine.Batcher.StopAsync(default);
            held.Release();
            await Task.WhenAll([.. last, flushed, stop]);
        }

        Assert.Equal(["1 size", "1 timeout", "1 size", "1 flush"], readings.Of("orleansseg.inference.batches"));
        Assert.Equal(["2 size", "1 timeout", "2 size", "1 flush"], readings.Of("orleansseg.inference.batch_size"));
        Assert.Equal(["0.25 size", "0.25 timeout", "0.25 size", "0.25 flush"], readings.Of("orleansseg.inference.batch_time"));
        Assert.Equal(["0.25", "0", "0", "0"], readings.Of("orleansseg.inference.padding"));
        Assert.Equal(
            ["0 storefront", "0 storefront", "1 backfill", "0 storefront", "0 storefront", "0.25 refresh"],
            readings.Of("orleansseg.inference.queue_time"));
    }

    [Fact]
    public async Task WhatIsNotScored_IsCounted_AndTheQueueIsWatched()
    {
        using var engine = new Engine(o => (o.BatchSizeMax, o.QueueLengthMax) = (2, 2));
        using var readings = new Readings(engine.Meters);
        engine.Model.OnScore = _ => throw new InvalidOperationException("no");
        await Assert.ThrowsAsync<InferenceFailedException>(() => Task.WhenAll(engine.AskEach("ab")));
        engine.Model.OnScore = null;

        using var held = engine.Model.Hold();
        var inHand = engine.AskEach("cd");
        await held.Entered;
        var waits = engine.AskAsync("e");
        var late = engine.AskAsync("f", steps: 64, deadline: engine.Time.GetUtcNow().AddMilliseconds(1));
        readings.Observe();
        await Assert.ThrowsAsync<InferenceOverloadedException>(() => engine.AskAsync("g"));
        engine.Time.Advance(Linger);
        held.Release();
        await Assert.ThrowsAsync<TimeoutException>(() => late);
        await Task.WhenAll([.. inHand, waits]);

        Assert.Equal(["2"], readings.Of("orleansseg.inference.failed"));
        Assert.Equal(["1"], readings.Of("orleansseg.inference.refused"));
        Assert.Equal(["1"], readings.Of("orleansseg.inference.expired"));
        Assert.Equal(["2"], readings.Of("orleansseg.inference.queue_length"));
    }

    /// <summary>What the meter of one engine says, in the order said: the value and its tags.</summary>
    private sealed class Readings : IDisposable
    {
        private readonly ConcurrentQueue<(string Name, string Text)> _all = new();
        private readonly MeterListener _listener;

        public Readings(IMeterFactory meters)
        {
            _listener = new MeterListener
            {
                InstrumentPublished = (instrument, listener) =>
                {
                    if (instrument.Meter.Name == InferenceInstruments.MeterName && instrument.Meter.Scope == meters)
                    {
                        listener.EnableMeasurementEvents(instrument);
                    }
                },
            };
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.Start();
        }

        public IEnumerable<string> Of(string name) => _all.Where(reading => reading.Name == name).Select(reading => reading.Text);

        public void Observe() => _listener.RecordObservableInstruments();

        public void Dispose() => _listener.Dispose();

        private void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var text = tags.Length == 0 ? $"{value}" : $"{value} {tags[0].Value}";
            _all.Enqueue((instrument.Name, text));
        }
    }
}
