using System.Collections.Immutable;
using OrleansSeg.Model.Federation.Compression;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>What to simulate.</summary>
public sealed record SimulationPlan
{
    /// <summary>Horizon, cutoffs, bounds and the run's seed.</summary>
    public required TrainingPlan Data { get; init; }

    /// <summary>How updates become a model.</summary>
    public required IAggregationStrategy Strategy { get; init; }

    /// <summary>Rounds.</summary>
    /// <value>Default 10; at least 1.</value>
    public int Rounds { get; init; } = 10;

    /// <summary>How trainers train.</summary>
    public LocalOptions Local { get; init; } = new();

    /// <summary>Norm to which updates are clipped; 0 for no bound.</summary>
    public double UpdateClipNorm { get; init; }

    /// <summary>Whether rounds are masked, and the strategy is given the mean alone; needs three sites, <see cref="UpdateClipNorm"/> and a strategy of the mean.</summary>
    public bool SecureAggregation { get; init; }

    /// <summary>How updates are made small; what it leaves out is sent with the next one. Masked rounds do without.</summary>
    public IUpdateCompressor Compressor { get; init; } = new PlainCompressor();

    /// <summary>Noise that hides customers; null for none.</summary>
    public SimulatedNoise? Noise { get; init; }

    /// <summary>Which weights travel.</summary>
    public SharedScope Scope { get; init; } = SharedScope.Everything;

    /// <summary>Whose spenders give the high-value threshold.</summary>
    public ThresholdScope Thresholds { get; init; } = ThresholdScope.Global;

    /// <summary>A model to start from; null for none.</summary>
    public SegmentModel? Before { get; init; }

    /// <summary>The network's shape where there is none; null for the default.</summary>
    public NetworkConfig? Shape { get; init; }
}

/// <summary>What a simulation gave.</summary>
/// <param name="Schemes">Labels and thresholds.</param>
/// <param name="Data">Cutoffs.</param>
/// <param name="ValidationLosses">By round, over all sites, see <see cref="LocalTraining.Validate(ReadOnlySpan{float}, float[], int)"/>.</param>
/// <param name="Models">By site, calibrated, of the round that validated best; to be disposed by the caller.</param>
/// <param name="WeightCount">Numbers in an update.</param>
public sealed record SimulationResult(
    FittedSchemes Schemes,
    DataPlan Data,
    IReadOnlyList<double> ValidationLosses,
    ImmutableSortedDictionary<string, SegmentModel> Models,
    int WeightCount)
{
    /// <summary>Bytes of all rounds: of updates and control variates, or of every message where rounds are masked.</summary>
    public long Bytes { get; init; }

    /// <summary>What noised steps told of a customer; null where there was no noise.</summary>
    public RenyiCurve? Spent { get; init; }
}
