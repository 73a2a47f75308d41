using System.Collections.Immutable;
using OrleansSeg.Model.Federation.Drift;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Training;
using SigningKey = OrleansSeg.Model.Federation.SecureAggregation.Keys.TrainerKey;

namespace OrleansSeg.Federation.Work;

/// <summary>What trainers must know of a run, step after step: the <c>facts.json</c> of a run's bundles. No word in it is of a customer.</summary>
internal sealed record RunFacts
{
    /// <summary>Names the run: no other run's bundles are the same.</summary>
    public string Origin { get; init; } = "";

    /// <summary>What the run does.</summary>
    public required FederatedPlan Plan { get; init; }

    /// <summary>What is asked in fitting.</summary>
    public FittingStage Fitting { get; init; }

    /// <summary>What is compared at each site, where the plan asks whether the run is worth it.</summary>
    public ImmutableSortedDictionary<string, DriftQuestion> Drift { get; init; } = ImmutableSortedDictionary<string, DriftQuestion>.Empty;

    /// <summary>What is asked in evaluation.</summary>
    public EvaluationStage Stage { get; init; }

    /// <summary>Bundles in service when the run began, by site; their holdout scores are to be beaten.</summary>
    public required ImmutableSortedDictionary<string, string> Champions { get; init; }

    /// <summary>Bundles that training goes on from, by site; null for those in service, in runs of an earlier release.</summary>
    public ImmutableSortedDictionary<string, string>? Starts { get; init; }

    /// <summary>What all trainers hold together.</summary>
    public DataSpan? Span { get; init; }

    /// <summary>Cutoffs and bounds.</summary>
    public DataPlan? Data { get; init; }

    /// <summary>Labels and thresholds.</summary>
    public FittedSchemes? Schemes { get; init; }

    /// <summary>The bundle that rounds begin with: shape, scheme, normalizer, titles.</summary>
    public string? Base { get; init; }

    /// <summary>Where noise hides customers: those that each trainer counted, by which it draws them.</summary>
    public ImmutableSortedDictionary<string, long> Customers { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>Trainers and the keys they sign with, in ordinal order; the same in all masked rounds of the run, and empty where none is masked.</summary>
    public ImmutableArray<SigningKey> Roster { get; init; } = [];

    /// <summary>Examples by which masked updates are weighed: no trainer's count for more.</summary>
    public long ExamplesMax { get; init; } = 1;

    /// <summary>Of each trainer the latest round of which its update is in the weights.</summary>
    public ImmutableSortedDictionary<string, int> Counted { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>The weights that validated best so far.</summary>
    public BestWeights? Best { get; init; }

    /// <summary>Counts for the baselines.</summary>
    public BaselineCounts? Baselines { get; init; }

    /// <summary>Calibration and decision weights, as far as they are: of each site where sites have weights of their own, else one of all, under <see cref="AllSites"/>.</summary>
    public ImmutableSortedDictionary<string, FinishState> Finishes { get; init; } = ImmutableSortedDictionary<string, FinishState>.Empty;

    /// <summary>Stands for all sites together.</summary>
    public const string AllSites = "";

    /// <summary>The key of a site in <see cref="Finishes"/>.</summary>
    public string FinishKeyOf(string site) => Finishes.ContainsKey(AllSites) ? AllSites : site;

    /// <summary>Calibration and decision weights of a site.</summary>
    public FinishState FinishOf(string site) => Finishes[FinishKeyOf(site)];
}

/// <summary>What trainers are asked in fitting, in this order.</summary>
internal enum FittingStage
{
    /// <summary>How far the data reach.</summary>
    Span,

    /// <summary>How customers and outcomes have moved since the models in service; where the plan asks for it.</summary>
    Drift,

    /// <summary>Counts of what is fitted on all data.</summary>
    Count,
}

/// <summary>What trainers are asked in evaluation, in this order.</summary>
internal enum EvaluationStage
{
    /// <summary>How the last round's weights do on validation.</summary>
    Validate,

    /// <summary>Sums that calibrate the best weights.</summary>
    Calibrate,

    /// <summary>How the finished model and the one in service do on the holdout.</summary>
    Holdout,
}

/// <summary>Weights of a round.</summary>
/// <param name="Loss">Their log loss on validation, uncalibrated, in nats.</param>
/// <param name="Bundle">The bundle that holds them.</param>
/// <param name="Round">The round that made them; 0 for those it all began with.</param>
internal sealed record BestWeights(double Loss, string Bundle, int Round)
{
    /// <summary>The better of two: the later only if its loss is lower, so that weights which diverged never are.</summary>
    public static BestWeights Of(BestWeights? earlier, BestWeights later) => earlier is null || later.Loss < earlier.Loss ? later : earlier;
}

/// <summary>A trainer's answer to the first pass: how much there is.</summary>
/// <param name="Span">Its customers' number and days.</param>
/// <param name="RetainedFrom">The time before which retention has dropped events of the site; null for none.</param>
/// <param name="PublicKey">The key that the trainer signs with; null where rounds are not masked.</param>
internal sealed record SpanAnswer(DataSpan Span, DateTimeOffset? RetainedFrom, byte[]? PublicKey = null);

/// <summary>What goes with an update.</summary>
/// <param name="Examples">Examples trained on.</param>
/// <param name="Steps">Steps taken.</param>
/// <param name="TrainingLoss">Mean loss of the steps.</param>
/// <param name="Validation">How the round's global weights did before, on the trainer's validation examples.</param>
internal sealed record UpdateFacts(long Examples, int Steps, double TrainingLoss, ScoreSums Validation);

/// <summary>A trainer's answer in evaluation; what was not asked is null.</summary>
internal sealed record EvaluationAnswer
{
    /// <summary>Of the weights on validation, or of the finished model on validation.</summary>
    public ScoreSums? Validation { get; init; }

    /// <summary>Counts for the baselines.</summary>
    public BaselineCounts? Baselines { get; init; }

    /// <summary>Sums that calibrate.</summary>
    public FinishSums? Sums { get; init; }

    /// <summary>The finished model on the holdout.</summary>
    public ScoreSums? Challenger { get; init; }

    /// <summary>The model in service on the holdout.</summary>
    public ScoreSums? Champion { get; init; }

    /// <summary>The finished model's losses against those of the model in service, customer by customer; null where there is none.</summary>
    public PairedLosses? AgainstChampion { get; init; }

    /// <summary>The finished model's losses against those of each baseline.</summary>
    public IReadOnlyDictionary<string, PairedLosses>? AgainstBaselines { get; init; }

    /// <summary>Each baseline on the holdout.</summary>
    public IReadOnlyDictionary<string, ScoreSums>? BaselineScores { get; init; }
}
