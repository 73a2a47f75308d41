using System.Collections.Immutable;
using OrleansSeg.Model.Federation.Rounds;
using static System.FormattableString;

namespace OrleansSeg.Federation.Runs;

/// <summary>Who takes part in the rounds of a run, and how long a round waits for them.</summary>
internal static class RunRoster
{
    private const int ObservedMax = 256;
    private static readonly TimeSpan FirstDeadline = TimeSpan.FromMinutes(10);
    private static readonly RosterRule Rule = new();

    /// <summary>A run with the trainers of its next step. From a round those are left out who failed again and again, or are still at an earlier round, unless too few would be left.</summary>
    public static RunState Enlist(RunState run, RunPhase phase, int round)
    {
        if (phase != RunPhase.Training)
        {
            return run with { Participants = run.Plan.Trainers, Late = run.Late.Clear() };
        }

        var taking = RosterOf(run).TakingPart(round, run.Plan.ReportersNeeded);
        var free = taking.RemoveAll(run.Late.ContainsKey);
        return free.Length < run.Plan.ReportersNeededOf(run.Plan.Trainers.Length)
            ? run with { Participants = taking, Late = run.Late.RemoveRange(taking) }
            : run with { Participants = free };
    }

    /// <summary>Fewest reports with which the step under way can be closed. Of masked updates a threshold holds that is the run's, whoever sits out.</summary>
    public static int NeededOf(RunState run) =>
        run.Stage == RoundStage.Training ? run.Plan.ReportersNeededOf(run.Participants.Length) : run.Plan.ReportersNeeded;

    /// <summary>Counts whose update of a round came, why others' did not, and what they took.</summary>
    public static RunState Count(RunState run, IReadOnlyDictionary<string, string> refused, StepWitness seen)
    {
        var counted = CountMissing(run, refused, seen);
        var came = run.Reports.Keys.Concat(LateTrainers.ArrivedIn(run).Select(late => late.Trainer)).ToList();
        var deadline = DeadlineOf(run);
        var observed = run.Participants.Select(trainer => AdaptiveDeadline.Observation(run.Reports.GetValueOrDefault(trainer)?.After, deadline));
        return counted with
        {
            Standings = Stored(came.Aggregate(RosterOf(counted), (known, trainer) => known.Succeeded(trainer, run.Round))),
            Absences = counted.Absences.RemoveRange(came),
            Observed = [.. run.Observed.Concat(observed).TakeLast(ObservedMax)],
        };
    }

    /// <summary>Counts who has dropped out of a round, and why.</summary>
    public static RunState CountMissing(RunState run, IReadOnlyDictionary<string, string> refused, StepWitness seen)
    {
        var missing = run.Participants.Where(trainer => !run.Reports.ContainsKey(trainer)).ToList();
        return run with
        {
            Standings = Stored(missing.Aggregate(RosterOf(run), (known, trainer) => known.Failed(trainer, run.Round, Rule))),
            Absences = run.Absences.SetItems(missing.Select(trainer => KeyValuePair.Create(trainer, WhyMissing(run, trainer, refused, seen)))),
        };
    }

    /// <summary>Standings for the next round: who was set aside for want of a silo, and has one now, is in it.</summary>
    public static ImmutableArray<StoredStanding> Returned(RunState run, StepWitness seen) => Stored(run.Absences
        .Where(absence => absence.Value.IsAway && !seen.Away.Contains(absence.Key))
        .Aggregate(RosterOf(run), (roster, absence) => roster.Return(absence.Key, run.Round + 1)));

    /// <summary>Why updates of the run's trainers are not in the round under way, which is counted.</summary>
    public static ImmutableSortedDictionary<string, string> MissingIn(RunState run)
    {
        var present = LateTrainers.ArrivedIn(run).Select(late => late.Trainer).Concat(run.Stage == RoundStage.Unmasking ? run.Participants : run.Reports.Keys);
        return run.Plan.Trainers.Except(present, StringComparer.Ordinal).ToImmutableSortedDictionary(
            trainer => trainer,
            trainer => run.Late.GetValueOrDefault(trainer) is { } late ? LateTrainers.Tell(late) : TellMissing(run, trainer),
            StringComparer.Ordinal);
    }

    /// <summary>Why a trainer is not in the round under way, and when it is back, for people.</summary>
    public static string Tell(RunState run, string trainer)
    {
        var (standing, absence) = (StandingOf(run, trainer), run.Absences.GetValueOrDefault(trainer));
        var round = Math.Max(standing?.From ?? 0, run.Round + 1);
        var back = round > run.Plan.Rounds ? "Not back in this run" : Invariant($"Back in round {round}");
        var sooner = absence is { IsAway: true } && round > run.Round + 1 ? ", or in the one after a silo of its site has come" : "";
        return $"{back}{sooner}. {TellMissing(run, trainer)}";
    }

    private static string TellMissing(RunState run, string trainer)
    {
        var (standing, absence) = (StandingOf(run, trainer), run.Absences.GetValueOrDefault(trainer));
        var times = standing is { Failures: > 1 } ? Invariant($"{standing.Failures} rounds in a row without it, the latest round {standing.LastRound}: ")
            : standing is { Failures: 1 } && standing.LastRound != run.Round ? Invariant($"Round {standing.LastRound} without it: ")
            : "";
        return times + (absence?.Reason ?? "It has dropped out of this round.");
    }

    private static TrainerAbsence WhyMissing(RunState run, string trainer, IReadOnlyDictionary<string, string> refused, StepWitness seen) =>
        seen.Away.Contains(trainer) ? new TrainerAbsence("No silo that could train for its site was in the cluster.", IsAway: true)
        : refused.TryGetValue(trainer, out var refusal) ? new TrainerAbsence(refusal, IsAway: false)
        : run.Failures.GetValueOrDefault(trainer) is { } failure ? new TrainerAbsence(failure.Reason, IsAway: false)
        : new TrainerAbsence(seen.Working.Contains(trainer) ? "It was still at work when the round was closed." : "It did not answer.", IsAway: false);

    private static TrainerStanding? StandingOf(RunState run, string trainer) => RosterOf(run).Standings.FirstOrDefault(standing => standing.Trainer == trainer);

    /// <summary>How long the step under way waits for the rest once enough have reported. Only rounds can do without one; what takes moments is not waited for as training is.</summary>
    public static TimeSpan DeadlineOf(RunState run)
    {
        if (run.Phase != RunPhase.Training || run.Stage is RoundStage.Keys or RoundStage.Shares or RoundStage.Unmasking)
        {
            return run.Phase == RunPhase.Training ? run.Plan.DeadlineMin : run.Plan.DeadlineMax;
        }

        var first = FirstDeadline < run.Plan.DeadlineMin ? run.Plan.DeadlineMin : FirstDeadline < run.Plan.DeadlineMax ? FirstDeadline : run.Plan.DeadlineMax;
        return new AdaptiveDeadline { Floor = run.Plan.DeadlineMin, Ceiling = run.Plan.DeadlineMax, Default = first }.Next(run.Observed);
    }

    private static ImmutableArray<StoredStanding> Stored(TrainerRoster roster) =>
        [.. roster.Standings.Select(standing => new StoredStanding(standing.Trainer, standing.From, standing.Failures, standing.LastRound))];

    private static TrainerRoster RosterOf(RunState run) => run.Standings.IsEmpty
        ? run.Plan.Trainers.Aggregate(TrainerRoster.Empty, (roster, trainer) => roster.Join(trainer, 0))
        : new TrainerRoster([.. run.Standings.Select(stored => new TrainerStanding(stored.Trainer, stored.From, stored.Failures, stored.LastRound))]);
}
