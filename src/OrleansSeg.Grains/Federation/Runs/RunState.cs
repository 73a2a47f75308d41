using System.Collections.Immutable;
using OrleansSeg.Federation.Privacy;

namespace OrleansSeg.Federation.Runs;

/// <summary>All that is stored of a run. Every change goes through <see cref="RunMachine"/>.</summary>
[GenerateSerializer, Immutable, Alias("seg.run-state")]
internal sealed record RunState
{
    /// <summary>Its number, from 1; 0 for a record that was never written.</summary>
    [Id(0)]
    public int Number { get; init; }

    /// <summary>What it does.</summary>
    [Id(1)]
    public FederatedPlan Plan { get; init; } = new();

    /// <summary>Where it stands.</summary>
    [Id(2)]
    public RunPhase Phase { get; init; }

    /// <summary>The round under way, from 1; in fitting and evaluation the pass over the data.</summary>
    [Id(3)]
    public int Round { get; init; }

    /// <summary>When it was started.</summary>
    [Id(4)]
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When the step under way was begun.</summary>
    [Id(5)]
    public DateTimeOffset StepStartedAt { get; init; }

    /// <summary>When it ended.</summary>
    [Id(6)]
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Events first stored after it are in no part of the run.</summary>
    [Id(7)]
    public DateTimeOffset Watermark { get; init; }

    /// <summary>The bundle that the step under way works from.</summary>
    [Id(8)]
    public string Input { get; init; } = "";

    /// <summary>Results of the step under way, by trainer.</summary>
    [Id(9)]
    public ImmutableSortedDictionary<string, TrainerReport> Reports { get; init; } = Empty<TrainerReport>();

    /// <summary>Failures of the step under way, by trainer.</summary>
    [Id(10)]
    public ImmutableSortedDictionary<string, TrainerFailure> Failures { get; init; } = Empty<TrainerFailure>();

    /// <summary>Rounds that are done.</summary>
    [Id(11)]
    public ImmutableArray<RoundStatus> Rounds { get; init; } = [];

    /// <summary>What becomes of the model, once evaluated.</summary>
    [Id(12)]
    public RunVerdict? Verdict { get; init; }

    /// <summary>Version of the model at each site where it is registered.</summary>
    [Id(13)]
    public ImmutableSortedDictionary<string, int> Versions { get; init; } = Empty<int>();

    /// <summary>What came of it.</summary>
    [Id(14)]
    public string? Outcome { get; init; }

    /// <summary>Trainers of the step under way.</summary>
    [Id(15)]
    public ImmutableArray<string> Participants { get; init; } = [];

    /// <summary>How trainers stand who failed in rounds of this run.</summary>
    [Id(16)]
    public ImmutableArray<StoredStanding> Standings { get; init; } = [];

    /// <summary>What trainers took in the latest rounds, as the deadline counts it.</summary>
    [Id(17)]
    public ImmutableArray<TimeSpan> Observed { get; init; } = [];

    /// <summary>The occurrence of the schedule that it was started for; null for a run by hand.</summary>
    [Id(18)]
    public DateTimeOffset? ScheduledFor { get; init; }

    /// <summary>Why it trains, where its plan asks whether it is worth it.</summary>
    [Id(20)]
    public string? Cause { get; init; }

    /// <summary>What was measured for that, by name.</summary>
    [Id(21)]
    public ImmutableSortedDictionary<string, double> Findings { get; init; } = Empty<double>();

    /// <summary>Rounds that have begun, of which trainers may have released something.</summary>
    [Id(30)]
    public int RoundsBegun { get; init; }

    /// <summary>What noised rounds cost; null for a run without noise, and before it is fitted.</summary>
    [Id(31)]
    public RunPrivacy? Privacy { get; init; }

    /// <summary>What the federation's earlier runs told of the same units.</summary>
    [Id(32)]
    public EarlierRuns Earlier { get; init; } = EarlierRuns.None;

    /// <summary>What it tells outside the noised steps.</summary>
    [Id(33)]
    public ImmutableArray<PrivacyRelease> Releases { get; init; } = [];

    /// <summary>Where noise is added to the sum of updates: the bits it is made of, drawn when the step's reports are final.</summary>
    [Id(34)]
    public byte[]? SumSeed { get; init; }

    /// <summary>Its bundles, as far as they have to be removed one day.</summary>
    [Id(50)]
    public RunLedger Ledger { get; init; } = new();

    /// <summary>What it found before it read anything; null until it is opened.</summary>
    [Id(70)]
    public RunBeginning? Beginning { get; init; }

    /// <summary>By site: erasures when the step under way began.</summary>
    [Id(71)]
    public ImmutableSortedDictionary<string, long> Erased { get; init; } = Empty<long>();

    /// <summary>How often it began anew because customers were erased, oldest first.</summary>
    [Id(72)]
    public ImmutableArray<RunRestart> Restarts { get; init; } = [];

    /// <summary>How often it began anew.</summary>
    public int Attempt => Restarts.IsDefault ? 0 : Restarts.Length;

    /// <summary>In training: what trainers do in the round under way.</summary>
    [Id(40)]
    public RoundStage Stage { get; init; }

    /// <summary>The bundle with what trainers of a masked round have told each other so far; null for nothing.</summary>
    [Id(41)]
    public string? Exchange { get; init; }

    /// <summary>When the first stage of the round under way was begun.</summary>
    [Id(42)]
    public DateTimeOffset RoundStartedAt { get; init; }

    /// <summary>Bytes of the results of the round's stages that are closed.</summary>
    [Id(43)]
    public long RoundBytes { get; init; }

    /// <summary>Trainers that go on with an earlier round of which they still owe the update, where the plan keeps late ones. They are in no other round meanwhile.</summary>
    [Id(60)]
    public ImmutableSortedDictionary<string, LateTrainer> Late { get; init; } = Empty<LateTrainer>();

    /// <summary>Why trainers are in no round of late: of those whose latest round was closed without their update.</summary>
    [Id(61)]
    public ImmutableSortedDictionary<string, TrainerAbsence> Absences { get; init; } = Empty<TrainerAbsence>();

    /// <summary>How trainers stood when the round under way was begun: another attempt begins there.</summary>
    [Id(62)]
    public RoundStart? RoundStart { get; init; }

    /// <summary>Why earlier attempts of the masked round under way came to nothing.</summary>
    [Id(63)]
    public ImmutableArray<string> Retries { get; init; } = [];

    /// <summary>What was seen of trainers when the step under way began to be closed; null before. From then on its reports are final.</summary>
    [Id(64)]
    public StepWitness? Seen { get; init; }

    /// <summary>Whether the reports of the step under way are final: whoever closes it again makes the same of them, and what is made twice is there once.</summary>
    public bool IsClosing => Seen is not null || SumSeed is not null;

    /// <summary>Whether it is over.</summary>
    public bool HasEnded => Phase is RunPhase.Done or RunPhase.Failed or RunPhase.Cancelled;

    /// <summary>The step under way.</summary>
    public StepKey Step => new(Number, Phase, Round, Stage, Attempt, Retries.IsDefault ? 0 : Retries.Length);

    /// <summary>Trainers of the step under way that have neither reported nor failed for good.</summary>
    public IEnumerable<string> Outstanding =>
        Participants.Where(trainer => !Reports.ContainsKey(trainer) && !(Failures.GetValueOrDefault(trainer)?.IsFinal ?? false));

    private static ImmutableSortedDictionary<string, T> Empty<T>() => ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);
}

/// <summary>A trainer's result, as the coordinator has heard of it.</summary>
/// <param name="Result">The result.</param>
/// <param name="After">Time from the order to the report.</param>
[GenerateSerializer, Immutable, Alias("seg.trainer-report")]
internal sealed record TrainerReport([property: Id(0)] StepResult Result, [property: Id(1)] TimeSpan After);

/// <summary>How trainers stand as a round is begun.</summary>
/// <param name="Participants">Those that take part.</param>
/// <param name="Standings">How those stand that have failed.</param>
/// <param name="Absences">Why they have.</param>
[GenerateSerializer, Immutable, Alias("seg.round-start")]
internal sealed record RoundStart(
    [property: Id(0)] ImmutableArray<string> Participants,
    [property: Id(1)] ImmutableArray<StoredStanding> Standings,
    [property: Id(2)] ImmutableSortedDictionary<string, TrainerAbsence> Absences);

/// <summary>Why a round was closed without a trainer's update.</summary>
/// <param name="Reason">Why, for people.</param>
/// <param name="IsAway">Whether no silo was there that could do its round: it is asked again as soon as one is.</param>
[GenerateSerializer, Immutable, Alias("seg.trainer-absence")]
internal sealed record TrainerAbsence([property: Id(0)] string Reason, [property: Id(1)] bool IsAway);

/// <summary>A trainer that a round was closed without, while it was at work.</summary>
/// <param name="Round">The round.</param>
/// <param name="Input">The bundle that the round worked from.</param>
/// <param name="Result">Its update, once it has come.</param>
/// <param name="Erasures">Erasures of its site when the round began.</param>
[GenerateSerializer, Immutable, Alias("seg.late-trainer")]
internal sealed record LateTrainer([property: Id(0)] int Round, [property: Id(1)] string Input, [property: Id(2)] StepResult? Result = null, [property: Id(3)] long Erasures = 0);

/// <summary>A <see cref="Model.Federation.Rounds.TrainerStanding"/> as it is stored.</summary>
[GenerateSerializer, Immutable, Alias("seg.trainer-standing")]
internal sealed record StoredStanding(
    [property: Id(0)] string Trainer, [property: Id(1)] int From, [property: Id(2)] int Failures, [property: Id(3)] int LastRound);

/// <summary>How a trainer failed in a step.</summary>
/// <param name="Count">Failures so far.</param>
/// <param name="Reason">The latest.</param>
[GenerateSerializer, Immutable, Alias("seg.trainer-failure")]
internal sealed record TrainerFailure([property: Id(0)] int Count, [property: Id(1)] string Reason)
{
    private const int TriesMax = 3;

    /// <summary>Whether it is asked no more in this step.</summary>
    public bool IsFinal => Count >= TriesMax;
}
