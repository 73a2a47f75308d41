using System.Collections.Immutable;
using System.Globalization;
using OrleansSeg.Model.Federation.Rounds;

namespace OrleansSeg.Federation.Runs;

/// <summary>Trainers that a round was closed without: who goes on with it, what they are asked, and what comes of it.</summary>
/// <remarks>
/// Only who was at work when its round was closed is late; who was silent, or could not do the round, takes part in the next one like any other. A late
/// trainer does its old order to the end, with the result that it would have had in time, and is in a round again after the one that its update counts in.
/// </remarks>
internal static class LateTrainers
{
    /// <summary>What the plan does with late updates.</summary>
    public static LateUpdatePolicy PolicyOf(FederatedPlan plan) => LateUpdatePolicy.ByName[plan.LateUpdates];

    /// <summary>The step that a late trainer is still at.</summary>
    public static StepKey StepOf(RunState run, LateTrainer late) => new(run.Number, RunPhase.Training, late.Round, Attempt: run.Attempt);

    /// <summary>Takes in what a late trainer says of its old round. One that cannot do it is late no more.</summary>
    public static RunState Heard(RunState run, string trainer, LateTrainer late, StepReport report) => report.State switch
    {
        _ when report.Step != StepOf(run, late) || late.Result is not null => run,
        TrainerStepState.Reported => run with { Late = run.Late.SetItem(trainer, late with { Result = report.Result! }) },
        TrainerStepState.Failed => run with { Late = run.Late.Remove(trainer) },
        _ => run,
    };

    /// <summary>Late trainers after the round under way: those that still work, on it or on one that is not too long ago.</summary>
    /// <param name="run">The run, before the round is closed.</param>
    /// <param name="working">Trainers that have just said that they work.</param>
    public static ImmutableSortedDictionary<string, LateTrainer> After(RunState run, ImmutableArray<string> working)
    {
        var policy = PolicyOf(run.Plan);
        return policy.StalenessMax == 0
            ? run.Late
            : run.Late.Where(late => late.Value.Result is null && run.Round + 1 - late.Value.Round <= policy.StalenessMax)
                .Concat(run.Outstanding.Select(trainer => KeyValuePair.Create(trainer, new LateTrainer(run.Round, run.Input, Erasures: run.Erased.GetValueOrDefault(TrainerKey.SiteOf(trainer))))))
                .Where(late => working.Contains(late.Key))
                .ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>How a late trainer stands, for people.</summary>
    public static string Tell(LateTrainer late) => late.Result is null
        ? string.Create(CultureInfo.InvariantCulture, $"It is still at round {late.Round}; its update counts in the round that it comes in.")
        : string.Create(CultureInfo.InvariantCulture, $"Its update of round {late.Round} has come, and counts in this round.");

    /// <summary>Late updates that have come since the round before was closed: they are in the round under way.</summary>
    public static IEnumerable<(string Trainer, int Round, StepResult Result)> ArrivedIn(RunState run) =>
        run.Late.Where(late => late.Value.Result is not null).Select(late => (late.Key, late.Value.Round, late.Value.Result!));
}
