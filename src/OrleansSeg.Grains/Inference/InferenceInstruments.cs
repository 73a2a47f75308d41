using System.Diagnostics.Metrics;

namespace OrleansSeg.Inference;

/// <summary>Measures of the inference engine, on meter <c>OrleansSeg.Inference</c>.</summary>
public sealed class InferenceInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "OrleansSeg.Inference";

    private readonly Counter<long> _batches;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _expired;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _inferenceTime;
    private readonly Histogram<double> _padding;

    /// <summary>Makes the instruments.</summary>
    public InferenceInstruments(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _batches = meter.CreateCounter<long>("orleansseg.inference.batches", "{batch}", "Batches scored, by trigger.");
        _refused = meter.CreateCounter<long>("orleansseg.inference.refused", "{request}", "Requests refused because the queue was full.");
        _expired = meter.CreateCounter<long>("orleansseg.inference.expired", "{request}", "Requests whose deadline passed while they waited.");
        _batchSize = meter.CreateHistogram<int>("orleansseg.inference.batch_size", "{request}", "Requests in a batch.");
        _queueTime = meter.CreateHistogram<double>("orleansseg.inference.queue_time", "s", "From admission to the start of the batch.");
        _inferenceTime = meter.CreateHistogram<double>("orleansseg.inference.batch_time", "s", "Duration of a batch.");
        _padding = meter.CreateHistogram<double>("orleansseg.inference.padding", "1", "Share of a batch's steps that are padding.");
    }

    internal void Refused() => _refused.Add(1);

    internal void Expired() => _expired.Add(1);

    internal void Scored(ScoreBatch batch, TimeSpan queued, TimeSpan elapsed)
    {
        _batches.Add(1, new KeyValuePair<string, object?>("trigger", batch.Trigger.ToString()));
        _batchSize.Record(batch.Requests.Count);
        _queueTime.Record(queued.TotalSeconds);
        _inferenceTime.Record(elapsed.TotalSeconds);
        _padding.Record(1 - (batch.Requests.Sum(request => request.Length) / (double)batch.PaddedTokens));
    }
}
