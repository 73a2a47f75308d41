using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>What a trainer is told to do in one round. Everything it needs besides its data and the base bundle: the same round gives the same update.</summary>
public sealed record LocalRound
{
    /// <summary>The trainer's id.</summary>
    public required string Trainer { get; init; }

    /// <summary>Seed of the run.</summary>
    public required int RunSeed { get; init; }

    /// <summary>The round, from 1.</summary>
    public required int Round { get; init; }

    /// <summary>Rounds that the run plans: the learning rate falls towards the last.</summary>
    public required int Rounds { get; init; }

    /// <summary>(P) the round's global weights, those of <see cref="SharedScope.SharedOf"/>.</summary>
    public required float[] Weights { get; init; }

    /// <summary>(Q) the site's own weights after its last round, those of <see cref="SharedScope.SiteOf"/>; null for the base bundle's.</summary>
    public float[]? SiteWeights { get; init; }

    /// <summary>What local steps do besides following the gradient.</summary>
    public LocalRule Rule { get; init; } = new();

    /// <summary>(P) the trainer's control variate before the round, zeros at first; null where the strategy has none.</summary>
    public float[]? Control { get; init; }

    /// <summary>How it trains.</summary>
    public LocalOptions Options { get; init; } = new();

    /// <summary>The seed of everything random in this trainer's round.</summary>
    internal int Seed => (int)(StableHash.Of($"{Round}:{Trainer}", RunSeed) & int.MaxValue);
}

/// <summary>How trainers train.</summary>
public sealed record LocalOptions
{
    /// <summary>Peak learning rate of steps with noise. They are few, since each one costs, so each one goes farther.</summary>
    public const double NoisedLearningRate = 1e-2;

    /// <summary>Passes over the trainer's examples in a round.</summary>
    /// <value>Default 1; at least 1.</value>
    public int Epochs { get; init; } = 1;

    /// <summary>Most steps in a round.</summary>
    /// <value>Default no bound; at least 1.</value>
    public int StepsMax { get; init; } = int.MaxValue;

    /// <summary>Optimizer, rates and loss weights. Its epochs and patience are those of a training on one machine and mean nothing here.</summary>
    /// <value>Default: that of a training on one machine, without averaging over a round's steps; the server averages.</value>
    public NetworkTrainingOptions Network { get; init; } = new() { AveragingDecay = 0 };

    /// <summary>The same with each customer's part clipped, and where that has noise at <see cref="NoisedLearningRate"/>.</summary>
    public LocalOptions With(CustomerClipping? clipping) => this with
    {
        Clipping = clipping, Network = clipping?.Noise is null ? Network : Network with { LearningRate = NoisedLearningRate },
    };

    /// <summary>Clips what each customer adds to a step; null to clip the step's gradient as a whole.</summary>
    public CustomerClipping? Clipping { get; init; }

    /// <summary>Torch's threads during the round: with another number sums come in another order, so it is the run's, not the machine's.</summary>
    /// <value>Default 1; at least 1.</value>
    public int Threads { get; init; } = 1;
}

/// <summary>What a trainer's round gives.</summary>
/// <param name="Update">What it sends.</param>
/// <param name="TrainingLoss">Mean loss over the steps.</param>
/// <param name="Validation">How the round's global weights did on the trainer's validation examples, before local training; see <see cref="LocalTraining.Validate(ReadOnlySpan{float}, float[], int)"/>.</param>
/// <param name="SiteWeights">(Q) the site's own weights, to be kept at the site and passed in with its next round; empty where all is shared.</param>
/// <param name="Control">(P) the trainer's new control variate, to be kept once the update was aggregated; null where the strategy has none.</param>
public sealed record LocalResult(TrainerUpdate Update, double TrainingLoss, ScoreSums Validation, float[] SiteWeights, float[]? Control);
