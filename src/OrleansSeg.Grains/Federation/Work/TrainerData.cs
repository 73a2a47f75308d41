using System.Collections.Concurrent;
using OrleansSeg.Customers;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Federation.Work;

/// <summary>Trainers' shares of customers on this silo. What was read for one step of a run is there for the next.</summary>
internal sealed class TrainerData(IGrainFactory grains, SiteDirectory sites)
{
    private readonly ConcurrentDictionary<string, TrainerShare> _shares = new(StringComparer.Ordinal);

    /// <summary>The share of a trainer in a run; those of earlier runs are forgotten.</summary>
    public async Task<TrainerShare> OfAsync(string trainer, StepOrder order, FederatedPlan plan, CancellationToken cancellationToken)
    {
        if (_shares.TryGetValue(trainer, out var known) && known.IsOf(order))
        {
            return known;
        }

        var (site, number) = (TrainerKey.SiteOf(trainer), TrainerKey.NumberOf(trainer));
        var layout = await sites.GetLayoutAsync(site, cancellationToken);
        var partitions = Enumerable.Range(0, layout.PartitionCount).Where(partition => partition % order.TrainerCount == number).ToArray();
        var share = new TrainerShare(site, order, stop => grains.ReadTrainingHistoriesAsync(site, partitions, order.Watermark, plan.Cutoff, stop));
        _shares[trainer] = share;
        return share;
    }

    /// <summary>Frees what was read for a trainer.</summary>
    public void Forget(string trainer) => _shares.TryRemove(trainer, out _);
}

/// <summary>One trainer's customers.</summary>
internal sealed class TrainerShare(string site, StepOrder order, HistorySource histories)
{
    private Task<LocalExamples>? _read;

    /// <summary>Their site.</summary>
    public string Site => site;

    /// <summary>Whether it is what another order is to read. Who was erased since is not in it.</summary>
    public bool IsOf(StepOrder other) => (order.Watermark, order.Erasures, order.Step.Run, order.Step.Attempt) == (other.Watermark, other.Erasures, other.Step.Run, other.Step.Attempt);

    /// <summary>The customers, as a run may see them.</summary>
    public LocalData Customers { get; } = new(site, histories);

    /// <summary>The scheme that the site's examples are labelled by; the model's own where the site could not be fitted.</summary>
    public SegmentScheme SchemeOf(RunFacts facts) => facts.Schemes!.BySite.GetValueOrDefault(site, facts.Schemes.Model);

    /// <summary>The labelled examples; read once, since every step of a run sees the same.</summary>
    public async Task<LocalExamples> ExamplesAsync(RunFacts facts, CancellationToken cancellationToken)
    {
        if (_read is null or { IsFaulted: true } or { IsCanceled: true })
        {
            _read = Customers.ReadAsync(facts.Data!, SchemeOf(facts), cancellationToken);
        }

        return await _read;
    }
}
