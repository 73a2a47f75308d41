using System.Collections.Immutable;
using OrleansSeg.Model.Federation.Rounds;

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

    /// <summary>Counts whose update of a round came, and what they took.</summary>
    public static RunState Count(RunState run)
    {
        var roster = run.Participants.Aggregate(RosterOf(run), (known, trainer) => run.Reports.ContainsKey(trainer)
            ? known.Succeeded(trainer, run.Round)
            : known.Failed(trainer, run.Round, Rule));
        roster = LateTrainers.ArrivedIn(run).Aggregate(roster, (known, late) => known.Succeeded(late.Trainer, run.Round));
        var deadline = DeadlineOf(run);
        var observed = run.Participants.Select(trainer => AdaptiveDeadline.Observation(run.Reports.GetValueOrDefault(trainer)?.After, deadline));
        return run with { Standings = Stored(roster), Observed = [.. run.Observed.Concat(observed).TakeLast(ObservedMax)] };
    }

    /// <summary>Counts who has dropped out of a round before its updates are due.</summary>
    public static RunState CountAbsent(RunState run) => run with
    {
        Standings = Stored(run.Participants.Where(trainer => !run.Reports.ContainsKey(trainer))
            .Aggregate(RosterOf(run), (known, trainer) => known.Failed(trainer, run.Round, Rule))),
    };

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
