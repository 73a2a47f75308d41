using System.Diagnostics.Metrics;

namespace OrleansSeg.Inference;

/// <summary>Measures of the inference engine, on meter <c>OrleansSeg.Inference</c>.</summary>
public sealed class InferenceInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "OrleansSeg.Inference";

    private static readonly KeyValuePair<string, object?>[] Triggers = [new("trigger", "size"), new("trigger", "timeout"), new("trigger", "flush")];
    private static readonly KeyValuePair<string, object?>[] Lanes = [new("lane", "storefront"), new("lane", "refresh"), new("lane", "backfill")];

    private readonly Meter _meter;
    private readonly Counter<long> _batches;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _failed;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _inferenceTime;
    private readonly Histogram<double> _padding;

    /// <summary>Makes the instruments.</summary>
    public InferenceInstruments(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _meter = meters.Create(MeterName);
        _batches = _meter.CreateCounter<long>("orleansseg.inference.batches", "{batch}", "Batches scored, by trigger.");
        _refused = _meter.CreateCounter<long>("orleansseg.inference.refused", "{request}", "Requests refused because the queue was full.");
        _expired = _meter.CreateCounter<long>("orleansseg.inference.expired", "{request}", "Requests whose deadline passed while they waited.");
        _failed = _meter.CreateCounter<long>("orleansseg.inference.failed", "{request}", "Requests whose batch failed in the model.");
        _batchSize = _meter.CreateHistogram<int>("orleansseg.inference.batch_size", "{request}", "Requests in a batch, by trigger.");
        _queueTime = _meter.CreateHistogram<double>("orleansseg.inference.queue_time", "s", "A request's wait from admission to the start of its batch, by lane.");
        _inferenceTime = _meter.CreateHistogram<double>("orleansseg.inference.batch_time", "s", "Duration of a batch, by trigger.");
        _padding = _meter.CreateHistogram<double>("orleansseg.inference.padding", "1", "Share of a batch's steps that are padding.");
    }

    internal void Watch(Func<int> queueLength) =>
        _meter.CreateObservableGauge("orleansseg.inference.queue_length", queueLength, "{request}", "Requests that wait.");

    internal void Refused() => _refused.Add(1);

    internal void Expired() => _expired.Add(1);

    internal void Failed(int requests) => _failed.Add(requests);

    internal void Scored(ScoreBatch batch, Func<PendingScore, TimeSpan> waitOf, TimeSpan elapsed)
    {
        var trigger = Triggers[(int)batch.Trigger];
        _batches.Add(1, trigger);
        _batchSize.Record(batch.Requests.Count, trigger);
        _inferenceTime.Record(elapsed.TotalSeconds, trigger);
        if (_padding.Enabled)
        {
            _padding.Record(1 - (batch.Tokens / (double)batch.PaddedTokens));
        }

        if (_queueTime.Enabled)
        {
            foreach (var request in batch.Requests)
            {
                _queueTime.Record(waitOf(request).TotalSeconds, Lanes[(int)request.Priority]);
            }
        }
    }
}
