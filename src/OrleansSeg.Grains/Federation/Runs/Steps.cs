namespace OrleansSeg.Federation.Runs;

/// <summary>Names one step of one run: what is done under the same name twice is done once.</summary>
/// <param name="Run">The run's number.</param>
/// <param name="Phase">Fitting, training or evaluating.</param>
/// <param name="Round">The round of training; in other phases the pass over the data. From 1.</param>
/// <param name="Stage">In a round: what trainers do.</param>
/// <param name="Attempt">How often the run had begun anew before.</param>
/// <param name="RoundAttempt">In a masked round: attempts before this one. Each has keys and masks of its own.</param>
[GenerateSerializer, Immutable, Alias("seg.step-key")]
internal sealed record StepKey(
    [property: Id(0)] int Run, [property: Id(1)] RunPhase Phase, [property: Id(2)] int Round, [property: Id(3)] RoundStage Stage = RoundStage.Training,
    [property: Id(4)] int Attempt = 0,
    [property: Id(5)] int RoundAttempt = 0)
{
    /// <summary>Whether the run has begun anew since, in another step's view.</summary>
    public bool IsOfEarlierAttempt(StepKey other) => Run == other.Run && Attempt < other.Attempt;

    /// <summary>Whether it comes before another one of the same federation.</summary>
    public bool IsBefore(StepKey other) => (Run, Attempt, Phase, Round, RoundAttempt, Stage).CompareTo((other.Run, other.Attempt, other.Phase, other.Round, other.RoundAttempt, other.Stage)) < 0;
}

/// <summary>What a trainer is to do. It holds no data: everything else lies in the bundle it names.</summary>
/// <param name="Step">The step.</param>
/// <param name="Input">SHA-256 of the bundle to work from.</param>
/// <param name="TrainerCount">Trainers of the site, among whom its partitions are divided.</param>
/// <param name="Watermark">Events first stored after it do not count.</param>
/// <param name="Exchange">SHA-256 of the bundle with what trainers of a masked round have told each other so far; null for nothing.</param>
/// <param name="Erasures">Erasures of the site when the step began: what was read before them is read again.</param>
[GenerateSerializer, Immutable, Alias("seg.step-order")]
internal sealed record StepOrder(
    [property: Id(0)] StepKey Step,
    [property: Id(1)] string Input,
    [property: Id(2)] int TrainerCount,
    [property: Id(3)] DateTimeOffset Watermark,
    [property: Id(4)] string? Exchange = null,
    [property: Id(5)] long Erasures = 0);

/// <summary>How a trainer does with an order.</summary>
/// <param name="Step">The step.</param>
/// <param name="State">Working, reported or failed.</param>
/// <param name="Result">When reported: where the result lies and what it took.</param>
/// <param name="Failure">When failed: why.</param>
[GenerateSerializer, Immutable, Alias("seg.step-report")]
internal sealed record StepReport(
    [property: Id(0)] StepKey Step,
    [property: Id(1)] TrainerStepState State,
    [property: Id(2)] StepResult? Result,
    [property: Id(3)] string? Failure);

/// <summary>A trainer's result.</summary>
/// <param name="Output">SHA-256 of its bundle in the model store.</param>
/// <param name="Bytes">Bytes of the bundle.</param>
/// <param name="Took">Time of the work.</param>
[GenerateSerializer, Immutable, Alias("seg.step-result")]
internal sealed record StepResult([property: Id(0)] string Output, [property: Id(1)] long Bytes, [property: Id(2)] TimeSpan Took);
