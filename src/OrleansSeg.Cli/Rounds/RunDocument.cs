using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Rounds;

/// <summary>A run as it is printed.</summary>
internal sealed record RunDocument(
    string Federation,
    int Run,
    RunPhase Phase,
    int Round,
    DateTimeOffset StartedAt,
    DateTimeOffset Watermark,
    DateTimeOffset? EndedAt,
    string? Outcome,
    string? Cause,
    IReadOnlyDictionary<string, double?> Findings,
    IReadOnlyDictionary<string, int> Versions,
    PlanDocument Plan,
    IReadOnlyList<RoundDocument> Rounds,
    IReadOnlyList<TrainerDocument> Trainers,
    SpentDocument? Privacy,
    IReadOnlyList<ReleaseDocument> Releases,
    RoundStage? Stage,
    OriginDocument? BegunFrom,
    IReadOnlyList<RestartDocument> Restarts,
    GateDocument? Gate)
{
    public static RunDocument Of(string federation, RunStatus run) => new(
        federation,
        run.Run,
        run.Phase,
        run.Round,
        run.StartedAt,
        run.Watermark,
        run.EndedAt,
        run.Outcome,
        run.Cause,
        RoundDocument.Finite(run.Findings),
        run.Versions,
        PlanDocument.Of(run.Plan),
        [.. run.Rounds.Select(round => RoundDocument.Of(run.Plan, round))],
        [.. run.Trainers.Select(trainer => new TrainerDocument(trainer.Trainer, trainer.State, trainer.Detail))],
        SpentDocument.Of(run.Privacy),
        [.. run.Releases.Select(ReleaseDocument.Of)],
        run.Phase == RunPhase.Training ? run.Stage : null,
        run.Origin is { } origin ? new OriginDocument(origin.Versions, origin.Because) : null,
        [.. run.Restarts.Select(restart => new RestartDocument(restart.At, restart.Phase, restart.Round, restart.Because))],
        GateDocument.Of(run.Gate));
}

/// <summary>What training goes on from.</summary>
/// <param name="Versions">By site: the registered version; none where training began with new weights.</param>
/// <param name="Because">Why not from the models in service; null where it is.</param>
internal sealed record OriginDocument(IReadOnlyDictionary<string, int> Versions, string? Because);

/// <summary>The run began anew because customers were erased.</summary>
internal sealed record RestartDocument(DateTimeOffset At, RunPhase Phase, int Round, string Because);

/// <summary>A round that is done. A metric that is no finite number is null.</summary>
internal sealed record RoundDocument(
    int Round,
    string Model,
    IReadOnlyList<string> Reporters,
    IReadOnlyList<string> Missing,
    IReadOnlyDictionary<string, string> WhyMissing,
    IReadOnlyDictionary<string, int> Late,
    IReadOnlyList<string> Retries,
    double TookSeconds,
    long Bytes,
    IReadOnlyDictionary<string, double?> Metrics)
{
    public static RoundDocument Of(FederatedPlan plan, RoundStatus round) => new(
        round.Round,
        round.Model,
        round.Reporters,
        [.. RunFacts.MissingIn(plan, round)],
        round.Missing,
        round.Late,
        round.Retries,
        round.Took.TotalSeconds,
        round.Bytes,
        Finite(round.Metrics));

    /// <summary>Numbers as JSON can hold them: one that is not finite is null.</summary>
    public static IReadOnlyDictionary<string, double?> Finite(IReadOnlyDictionary<string, double> metrics) =>
        metrics.ToDictionary(metric => metric.Key, metric => double.IsFinite(metric.Value) ? metric.Value : (double?)null);
}

/// <summary>What the gate compared. A figure that is no finite number is null.</summary>
internal sealed record GateDocument(
    string Opponent, long Customers, double? LogLoss, double? OpponentLogLoss, double? Difference, double? Low, double? High, IReadOnlyList<SiteGateDocument> Sites)
{
    public static GateDocument? Of(GateFigures? gate) => gate is null
        ? null
        : new GateDocument(
            gate.Opponent, gate.Customers, Finite(gate.LogLoss), Finite(gate.OpponentLogLoss), Finite(gate.LogLoss - gate.OpponentLogLoss), Finite(gate.Low), Finite(gate.High),
            [.. gate.Sites.Select(site => new SiteGateDocument(site.Site, site.Customers, Finite(site.LogLoss), Finite(site.OpponentLogLoss)))]);

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>What the gate compared at one site.</summary>
internal sealed record SiteGateDocument(string Site, long Customers, double? LogLoss, double? OpponentLogLoss);

/// <summary>How a trainer does in the present step.</summary>
internal sealed record TrainerDocument(string Trainer, TrainerStepState State, string? Detail);
