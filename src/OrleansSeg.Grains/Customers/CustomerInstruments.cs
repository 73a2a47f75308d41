using System.Diagnostics.Metrics;
using OrleansSeg.Inference;

namespace OrleansSeg.Customers;

/// <summary>Numbers of customers and partitions.</summary>
public sealed class CustomerInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "OrleansSeg.Customers";

    private readonly Counter<long> _events;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _writes;
    private readonly Histogram<int> _groupSize;
    private readonly Counter<long> _staleLookUps;
    private readonly Histogram<double> _scoring;
    private readonly Counter<long> _sweptRescored;
    private readonly Counter<long> _sweptRepaired;

    /// <summary>Makes the instruments.</summary>
    public CustomerInstruments(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _events = meter.CreateCounter<long>("orleansseg.customers.events", "{event}", "Events stored for the first time.");
        _refused = meter.CreateCounter<long>("orleansseg.customers.refused", "{event}", "Events refused by a rule.");
        _writes = meter.CreateCounter<long>("orleansseg.customers.writes", "{write}", "Durable writes of customers and index buckets.");
        _groupSize = meter.CreateHistogram<int>("orleansseg.customers.write.group", "{change}", "Changes that shared one write.");
        _staleLookUps = meter.CreateCounter<long>("orleansseg.customers.lookups.stale", "{call}", "Look-ups answered with a stale assignment.");
        _scoring = meter.CreateHistogram<double>("orleansseg.customers.scoring", "s", "From behaviour to the durable assignment that reflects it.");
        _sweptRescored = meter.CreateCounter<long>("orleansseg.partitions.rescored", "{customer}", "Customers re-scored by sweeps.");
        _sweptRepaired = meter.CreateCounter<long>("orleansseg.partitions.repaired", "{customer}", "Index entries put right by sweeps.");
    }

    internal void Recorded(RecordReceipt receipt)
    {
        _events.Add(receipt.Added);
        if (receipt.Refused.Length > 0)
        {
            _refused.Add(receipt.Refused.Length);
        }
    }

    internal void Wrote(int changes)
    {
        _writes.Add(1);
        _groupSize.Record(changes);
    }

    internal void LookedUpStale() => _staleLookUps.Add(1);

    internal void Scored(ScoringPriority priority, TimeSpan elapsed) =>
        _scoring.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("priority", priority.ToString()));

    internal void Swept(SweepReceipt receipt)
    {
        _sweptRescored.Add(receipt.Rescored);
        _sweptRepaired.Add(receipt.Repaired);
    }
}
