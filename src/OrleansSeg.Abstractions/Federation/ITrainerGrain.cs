using System.Collections.Immutable;

namespace OrleansSeg.Federation;

/// <summary>
/// Trains and evaluates on one site's customers, on a silo that serves it. Key: the site's name; or <c>{site}:trial-{slot}</c> for trials
/// of a search, whose slots are spread over such silos.
/// </summary>
[GrainInterfaceType("seg.trainer"), Alias("seg.trainer"), Version(1)]
public interface ITrainerGrain : IGrainWithStringKey
{
    /// <summary>Starts a job in the background and returns its id; one job at a time.</summary>
    /// <exception cref="ArgumentException">The scheme is none.</exception>
    /// <exception cref="InvalidOperationException">Another job is running; the message names it.</exception>
    [Alias("start")]
    Task<Guid> StartAsync(TrainingRequest request, CancellationToken cancellationToken);

    /// <summary>How a job is doing, with the progress lines after <paramref name="afterLine"/>.</summary>
    /// <exception cref="KeyNotFoundException">No such job; it may have ended with its silo.</exception>
    [Alias("status")]
    Task<TrainingStatus> GetStatusAsync(Guid job, int afterLine, CancellationToken cancellationToken);

    /// <summary>Stops a job between two steps; nothing of it is kept.</summary>
    [Alias("cancel")]
    Task CancelAsync(Guid job, CancellationToken cancellationToken);

    /// <summary>How many silos can run trials of a search at one time, at least 1.</summary>
    [Alias("trial-slots")]
    Task<int> CountTrialSlotsAsync(CancellationToken cancellationToken);

    /// <summary>A version's card, as its bundle holds it, in JSON.</summary>
    /// <exception cref="KeyNotFoundException">No such version.</exception>
    [Alias("card")]
    Task<string> GetCardAsync(int version, CancellationToken cancellationToken);
}

/// <summary>What to train or evaluate.</summary>
/// <param name="Purpose">Train and publish a model, or evaluate honestly and publish nothing.</param>
/// <param name="Cutoff">Evaluation: the test cutoff. Training: nothing after it is read; null for now.</param>
/// <param name="Horizon">How far after a cutoff labels look.</param>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Promote">Training: whether the model goes into service when it is done.</param>
[GenerateSerializer, Immutable, Alias("seg.training-request")]
public sealed record TrainingRequest(
    [property: Id(0)] TrainingPurpose Purpose,
    [property: Id(1)] DateTimeOffset? Cutoff,
    [property: Id(2)] TimeSpan Horizon,
    [property: Id(3)] int Seed,
    [property: Id(4)] bool Promote)
{
    /// <summary>The <see cref="TextEncoder"/> that reads no texts.</summary>
    public const string NoTexts = "none";

    /// <summary>
    /// What the model reads texts with: a text encoder's folder as the training silo sees it, or the hash of one in the model store, or
    /// <see cref="NoTexts"/>; null for small title vectors of the model's own.
    /// </summary>
    [Id(5)]
    public string? TextEncoder { get; init; }

    /// <summary>The scheme to tell apart: <c>predictive</c>, <c>rfm</c>, <c>label:attributes.NAME</c>, <c>discover</c> or <c>discover:MIN-MAX</c>; null for the training silo's own setting.</summary>
    [Id(6)]
    public string? Scheme { get; init; }

    /// <summary>What is set about the model, by short name; the rest is as by default.</summary>
    [Id(7)]
    public ImmutableSortedDictionary<string, string> Settings { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Nothing first stored after it is read, so that all trials of a search read the same; null for now.</summary>
    [Id(8)]
    public DateTimeOffset? Watermark { get; init; }

    /// <summary>Most training examples, and most examples of each other kind; 0 for the default bounds.</summary>
    [Id(9)]
    public int ExamplesMax { get; init; }

    /// <summary>The versions to compare.</summary>
    [Id(10)]
    public ImmutableArray<int> Versions { get; init; } = [];

    /// <summary>Whether what validation has tuned is fitted again on all that has matured, validation's examples too.</summary>
    [Id(11)]
    public bool Refit { get; init; }
}

/// <summary>What a job is for.</summary>
[GenerateSerializer, Alias("seg.training-purpose")]
public enum TrainingPurpose
{
    /// <summary>Train a model and publish it.</summary>
    Train = 0,

    /// <summary>Train and measure at a past cutoff, against the baselines.</summary>
    Evaluate = 1,

    /// <summary>Train with some settings, say what that is worth on validation, and publish nothing.</summary>
    Trial = 2,

    /// <summary>Measure two versions on the same customers of the holdout.</summary>
    Compare = 3,
}

/// <summary>How a job is doing.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Lines">Progress lines since the one asked after.</param>
/// <param name="LineCount">Lines so far: pass it back as the next <c>afterLine</c>.</param>
/// <param name="ResultJson">When done: the report, as the command line prints it; otherwise null.</param>
/// <param name="PublishedVersion">When done training: the model's version; otherwise null.</param>
/// <param name="Failure">When failed: what went wrong, for people; otherwise null.</param>
/// <param name="FailureIsInput">Whether the failure is the input's (too few customers, a folder without a text encoder), not the system's.</param>
[GenerateSerializer, Immutable, Alias("seg.training-status")]
public sealed record TrainingStatus(
    [property: Id(0)] TrainingState State,
    [property: Id(1)] ImmutableArray<TrainingLine> Lines,
    [property: Id(2)] int LineCount,
    [property: Id(3)] string? ResultJson,
    [property: Id(4)] int? PublishedVersion,
    [property: Id(5)] string? Failure,
    [property: Id(6)] bool FailureIsInput);

/// <summary>Where a job stands.</summary>
[GenerateSerializer, Alias("seg.training-state")]
public enum TrainingState
{
    /// <summary>Going on.</summary>
    Running = 0,

    /// <summary>Finished.</summary>
    Done = 1,

    /// <summary>Ended by an error.</summary>
    Failed = 2,

    /// <summary>Stopped on request.</summary>
    Cancelled = 3,
}

/// <summary>One line of progress.</summary>
/// <param name="Stage">What is being done: <c>read</c>, <c>text</c>, <c>model</c>, <c>lightgbm</c>.</param>
/// <param name="Step">Steps done.</param>
/// <param name="StepCount">Steps in all, 0 when unknown.</param>
/// <param name="TrainingLoss">Mean training loss, NaN for none.</param>
/// <param name="ValidationLoss">Validation log loss, NaN for none.</param>
[GenerateSerializer, Immutable, Alias("seg.training-line")]
public sealed record TrainingLine(
    [property: Id(0)] string Stage,
    [property: Id(1)] int Step,
    [property: Id(2)] int StepCount,
    [property: Id(3)] double TrainingLoss,
    [property: Id(4)] double ValidationLoss);
