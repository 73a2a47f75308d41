using OrleansSeg.Federation;
using static System.FormattableString;

namespace OrleansSeg.Cli.Rounds;

/// <summary>What happened in a run between two looks at it, a line for each thing: how it is watched where there is no terminal.</summary>
internal static class RunLines
{
    /// <summary>The lines.</summary>
    /// <param name="before">The earlier look; null for the first.</param>
    /// <param name="after">The later look at the same run.</param>
    public static IEnumerable<string> Between(RunStatus? before, RunStatus after)
    {
        foreach (var restart in after.Restarts.Skip(before?.Restarts.Length ?? 0))
        {
            // Its rounds are counted anew.
            before = null;
            yield return Invariant($"Run {after.Run} begins anew: {restart.Because}");
        }

        foreach (var round in after.Rounds.Skip(before?.Rounds.Length ?? 0))
        {
            yield return Round(after.Plan, round);
        }

        var isSameStep = before is not null && (before.Phase, before.Round, before.Stage, before.Retries.Length) == (after.Phase, after.Round, after.Stage, after.Retries.Length);
        if (!isSameStep)
        {
            if (after.Retries.Length > 0 && after.Retries.Length != before?.Retries.Length)
            {
                yield return Invariant($"  round {after.Round} begins anew with fresh masks: {after.Retries[^1]}");
            }

            yield return Invariant($"Run {after.Run}: {RunWords.Phase(after)}{(after.Outcome is { } outcome ? $": {outcome}" : "")}");
        }

        var taking = after.Trainers.Count(trainer => trainer.State is not (TrainerStepState.Late or TrainerStepState.SittingOut));
        var reported = after.Trainers.Count(trainer => trainer.State == TrainerStepState.Reported);
        if (reported > 0 && reported != (isSameStep ? before!.Trainers.Count(trainer => trainer.State == TrainerStepState.Reported) : 0))
        {
            yield return Invariant($"  {reported} of {taking} have reported");
        }

        var told = isSameStep ? before!.Trainers : [];
        foreach (var trainer in after.Trainers.Where(trainer => trainer.Detail is not null && !told.Contains(trainer)))
        {
            yield return Invariant($"  {trainer.Trainer} {Word(trainer.State)}: {trainer.Detail}");
        }
    }

    private static string Word(TrainerStepState state) => state switch
    {
        TrainerStepState.Failed => "has failed",
        TrainerStepState.Late => "is late",
        TrainerStepState.SittingOut => "sits out",
        TrainerStepState.Silent => "is silent",
        _ => "is tried again",
    };

    private static string Round(FederatedPlan plan, RoundStatus round)
    {
        var missing = string.Join(", ", RunFacts.MissingIn(plan, round).Select(trainer => round.Missing.TryGetValue(trainer, out var why) ? $"{trainer} ({why})" : trainer));
        var late = RunFacts.LateIn(round);
        var metrics = string.Concat(round.Metrics.Select(metric => $", {metric.Key} {RunWords.Number(metric.Value)}"));
        return Invariant($"  round {round.Round}: {round.Reporters.Length} of {plan.Trainers.Length} reported in {RunWords.Duration(round.Took)}, {RunWords.Bytes(round.Bytes)}{metrics}{(late.Length > 0 ? $"; late: {late}" : "")}{(missing.Length > 0 ? $"; missing: {missing}" : "")}");
    }
}
