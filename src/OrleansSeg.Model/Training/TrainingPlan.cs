using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Text.Vectors;
using OrleansSeg.Model.Tuning;

namespace OrleansSeg.Model.Training;

/// <summary>Reads every history once, one at a time, in an order that does not matter. Training calls it twice, evaluation once.</summary>
/// <param name="cancellationToken">Stops the reading.</param>
public delegate IAsyncEnumerable<Features.CustomerHistory> HistorySource(CancellationToken cancellationToken);

/// <summary>What to train or evaluate with: cutoffs, bounds and the seed.</summary>
public sealed record TrainingPlan
{
    /// <summary>How far after a cutoff labels look.</summary>
    /// <value>Default 90 days; at least 1 day.</value>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromDays(90);

    /// <summary>What the model is to tell apart.</summary>
    /// <value>Default <see cref="SchemeChoice.Predictive"/>.</value>
    public SchemeChoice Scheme { get; init; } = SchemeChoice.Predictive;

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What our model reads texts with.</summary>
    /// <value>Default <see cref="OwnTitles"/>.</value>
    public IModelTextsTrainer Texts { get; init; } = new OwnTitles();

    /// <summary>What is set about our model; null for what it is by default.</summary>
    public NetworkSettings? Network { get; init; }

    /// <summary>Whether what validation has tuned is fitted again, on validation's examples and those since training's last too.</summary>
    /// <value>Default false: the latest horizon may be like no other, such as one before Christmas in a shop's first year.</value>
    public bool Refit { get; init; }

    /// <summary>The time from which on retention keeps every event: an earlier cutoff's past is no longer whole, so none is used.</summary>
    /// <value>Default null: nothing was dropped.</value>
    public DateTimeOffset? WholeFrom { get; init; }

    /// <summary>Distance between training cutoffs.</summary>
    /// <value>Default 14 days.</value>
    public TimeSpan CutoffStep { get; init; } = TimeSpan.FromDays(14);

    /// <summary>Most training cutoffs; the latest are kept.</summary>
    /// <value>Default 26: a year of them, so that every season is seen.</value>
    public int CutoffCountMax { get; init; } = 26;

    /// <summary>Most training examples in memory; of more, a share drawn by hash of customer and cutoff is kept.</summary>
    /// <value>Default 120,000, about 150 MB.</value>
    public int TrainingExamplesMax { get; init; } = 120_000;

    /// <summary>Most validation examples, and most test examples; of more, a share of the customers drawn by hash is kept.</summary>
    /// <value>Default 50,000.</value>
    public int HeldExamplesMax { get; init; } = 50_000;

    /// <summary>Resamples of each bootstrap interval.</summary>
    /// <value>Default 1,000; at least 2.</value>
    public int BootstrapResamples { get; init; } = 1_000;

    /// <summary>Torch's threads while fitting. Sums come in another order with another number, so weights differ in their last digits.</summary>
    /// <value>Default as many as the process may use processors; at least 1.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
