using System.Collections.Immutable;

namespace OrleansSeg.Federation;

/// <summary>Where a federated run stands.</summary>
[GenerateSerializer, Alias("seg.run-phase")]
public enum RunPhase
{
    /// <summary>What trainers need to begin is written.</summary>
    Opening = 0,

    /// <summary>Trainers sum up what must be fitted on all data.</summary>
    Fitting = 1,

    /// <summary>Trainers train on the round's global model.</summary>
    Training = 2,

    /// <summary>Trainers measure the new model and the one in service on customers that no version was trained on.</summary>
    Evaluating = 3,

    /// <summary>The model is registered at each site.</summary>
    Promoting = 4,

    /// <summary>Done; the outcome says whether the model went into service.</summary>
    Done = 5,

    /// <summary>Failed; the outcome says why. Nothing went into service.</summary>
    Failed = 6,

    /// <summary>Cancelled on request. Nothing went into service.</summary>
    Cancelled = 7,
}

/// <summary>What trainers do in a round. Without secure aggregation a round has one stage, with it the other four, in this order.</summary>
[GenerateSerializer, Alias("seg.round-stage")]
public enum RoundStage
{
    /// <summary>They train, and send their updates as they are.</summary>
    Training = 0,

    /// <summary>They advertise keys that hold for this round.</summary>
    Keys = 1,

    /// <summary>They share the secrets behind their masks among each other.</summary>
    Shares = 2,

    /// <summary>They train, and send their updates masked.</summary>
    Masking = 3,

    /// <summary>They reveal what takes the masks out of the sum.</summary>
    Unmasking = 4,
}

/// <summary>A run as an operator sees it.</summary>
/// <param name="Run">Its number, from 1.</param>
/// <param name="Plan">What it does.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="Round">The round of training; in fitting and evaluation the pass over the data. From 1, 0 before.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="Watermark">Events first stored after it are in no part of the run.</param>
/// <param name="EndedAt">When it ended, or null.</param>
/// <param name="Rounds">Rounds that are done.</param>
/// <param name="Trainers">How each trainer does in the present step.</param>
/// <param name="Outcome">What came of it, for people; null while it runs.</param>
/// <param name="Versions">Version of the model at each site where it is registered.</param>
[GenerateSerializer, Immutable, Alias("seg.run-status")]
public sealed record RunStatus(
    [property: Id(0)] int Run,
    [property: Id(1)] FederatedPlan Plan,
    [property: Id(2)] RunPhase Phase,
    [property: Id(3)] int Round,
    [property: Id(4)] DateTimeOffset StartedAt,
    [property: Id(5)] DateTimeOffset Watermark,
    [property: Id(6)] DateTimeOffset? EndedAt,
    [property: Id(7)] ImmutableArray<RoundStatus> Rounds,
    [property: Id(8)] ImmutableArray<TrainerStepStatus> Trainers,
    [property: Id(9)] string? Outcome,
    [property: Id(10)] ImmutableSortedDictionary<string, int> Versions)
{
    /// <summary>What noised steps have told so far; null where the plan asks for no noise, and before the first round.</summary>
    [Id(12)]
    public PrivacySpent? Privacy { get; init; }

    /// <summary>What the run tells of its data outside of that, each listed before it is told.</summary>
    [Id(13)]
    public ImmutableArray<PrivacyRelease> Releases { get; init; } = [];

    /// <summary>What the gate compared; null before, and where a trainer did not measure the model.</summary>
    [Id(14)]
    public GateFigures? Gate { get; init; }

    /// <summary>Why it trains, where its plan asks whether it is worth it; otherwise null.</summary>
    [Id(20)]
    public string? Cause { get; init; }

    /// <summary>What was measured for that, by name.</summary>
    [Id(21)]
    public ImmutableSortedDictionary<string, double> Findings { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>In training: what trainers do in the round under way.</summary>
    [Id(30)]
    public RoundStage Stage { get; init; }

    /// <summary>What training goes on from; null until the run is opened.</summary>
    [Id(40)]
    public RunOrigin? Origin { get; init; }

    /// <summary>How often it began anew because customers were erased, oldest first.</summary>
    [Id(41)]
    public ImmutableArray<RunRestart> Restarts { get; init; } = [];

    /// <summary>In training: why earlier attempts of the masked round under way came to nothing; empty in its first.</summary>
    [Id(31)]
    public ImmutableArray<string> Retries { get; init; } = [];
}

/// <summary>What the training of a run goes on from.</summary>
/// <param name="Versions">By site: the registered version; none where training began with new weights.</param>
/// <param name="Because">Why not from the models in service; null where it is.</param>
[GenerateSerializer, Immutable, Alias("seg.run-origin")]
public sealed record RunOrigin([property: Id(0)] ImmutableSortedDictionary<string, int> Versions, [property: Id(1)] string? Because);

/// <summary>A run began anew because customers were erased whom it had read.</summary>
/// <param name="At">When.</param>
/// <param name="Phase">Where it stood.</param>
/// <param name="Round">In training: the round under way.</param>
/// <param name="Because">Why, for people.</param>
[GenerateSerializer, Immutable, Alias("seg.run-restart")]
public sealed record RunRestart(
    [property: Id(0)] DateTimeOffset At, [property: Id(1)] RunPhase Phase, [property: Id(2)] int Round, [property: Id(3)] string Because);

/// <summary>A round that is done.</summary>
/// <param name="Round">Its number, from 1.</param>
/// <param name="Model">SHA-256 of the bundle that holds the round's global weights, lower-case hexadecimal.</param>
/// <param name="Reporters">Trainers whose updates are in it, in ordinal order.</param>
/// <param name="Took">From the first order to the aggregated model.</param>
/// <param name="Bytes">Bytes of all updates as they were stored.</param>
/// <param name="Metrics">What was measured, by name.</param>
[GenerateSerializer, Immutable, Alias("seg.round-status")]
public sealed record RoundStatus(
    [property: Id(0)] int Round,
    [property: Id(1)] string Model,
    [property: Id(2)] ImmutableArray<string> Reporters,
    [property: Id(3)] TimeSpan Took,
    [property: Id(4)] long Bytes,
    [property: Id(5)] ImmutableSortedDictionary<string, double> Metrics)
{
    /// <summary>Of the reporters those whose update came late, each with the earlier round that it was trained in.</summary>
    [Id(6)]
    public ImmutableSortedDictionary<string, int> Late { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>Why the update of a trainer that is no reporter is not in it; for people.</summary>
    [Id(7)]
    public ImmutableSortedDictionary<string, string> Missing { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Why earlier attempts of a masked round came to nothing, in their order; empty where the first one held.</summary>
    [Id(8)]
    public ImmutableArray<string> Retries { get; init; } = [];
}

/// <summary>How a trainer does in a step.</summary>
/// <param name="Trainer">Its id.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Detail">Why it failed, is late or is left out; otherwise null.</param>
[GenerateSerializer, Immutable, Alias("seg.trainer-step-status")]
public sealed record TrainerStepStatus(
    [property: Id(0)] string Trainer, [property: Id(1)] TrainerStepState State, [property: Id(2)] string? Detail);

/// <summary>Where a trainer stands in a step.</summary>
[GenerateSerializer, Alias("seg.trainer-step-state")]
public enum TrainerStepState
{
    /// <summary>It has not answered yet.</summary>
    Silent = 0,

    /// <summary>It works.</summary>
    Working = 1,

    /// <summary>Its result is in.</summary>
    Reported = 2,

    /// <summary>It could not do the step, and is asked no more in this one.</summary>
    Failed = 3,

    /// <summary>It is not in the step, because it is still at an earlier round; its update will count when it comes, or has come and counts in this round.</summary>
    Late = 4,

    /// <summary>It is not in the round, because it was in none of the latest ones, or has dropped out of this one.</summary>
    SittingOut = 5,
}
