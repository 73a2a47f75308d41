using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Compression;
using OrleansSeg.Model.Federation.Rounds;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>What a run's plan says that privacy hangs on; checked by <see cref="PrivacyCombinations"/> before a run starts.</summary>
public sealed record PrivacyPlan
{
    /// <summary>Name of the aggregation strategy.</summary>
    /// <value>Default fedavg.</value>
    public string Strategy { get; init; } = FedAvg.StrategyName;

    /// <summary>Name of the compressor of updates.</summary>
    /// <value>Default none.</value>
    public string Compression { get; init; } = PlainCompressor.CompressorName;

    /// <summary>Name of the <see cref="LateUpdatePolicy"/>.</summary>
    /// <value>Default drop.</value>
    public string LateUpdates { get; init; } = LateUpdatePolicy.DropName;

    /// <summary>Whether a round waits for its trainers, and aggregates once.</summary>
    /// <value>Default true.</value>
    public bool Synchronous { get; init; } = true;

    /// <summary>Whether updates count by their examples; else all alike.</summary>
    /// <value>Default true.</value>
    public bool WeighByExamples { get; init; } = true;

    /// <summary>Whether the server sees the sum of updates alone.</summary>
    /// <value>Default false.</value>
    public bool SecureAggregation { get; init; }

    /// <summary>Whose presence the noise hides.</summary>
    /// <value>Default nobody's.</value>
    public PrivacyUnit Unit { get; init; }

    /// <summary>Standard deviation of the noise over the clip norm of the unit.</summary>
    /// <value>Default 0: no noise.</value>
    public double NoiseMultiplier { get; init; }

    /// <summary>Norm to which a customer's gradient is clipped at every local step.</summary>
    /// <value>Default null: not clipped.</value>
    public double? CustomerClipNorm { get; init; }

    /// <summary>Norm to which a trainer's update is clipped before it is sent.</summary>
    /// <value>Default null: not clipped.</value>
    public double? UpdateClipNorm { get; init; }

    /// <summary>Trainers of the run.</summary>
    public int Trainers { get; init; }

    /// <summary>Updates without which a round is not aggregated.</summary>
    public int ReportersMin { get; init; }
}
