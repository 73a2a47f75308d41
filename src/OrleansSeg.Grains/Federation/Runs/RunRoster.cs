using OrleansSeg.Model.Federation.Rounds;

namespace OrleansSeg.Federation.Runs;

/// <summary>Who takes part in the rounds of a run, and how long a round waits for them.</summary>
internal static class RunRoster
{
    private const int ObservedMax = 256;
    private static readonly TimeSpan FirstDeadline = TimeSpan.FromMinutes(10);
    private static readonly RosterRule Rule = new();

    /// <summary>Trainers of a round: those who failed again and again sit some rounds out, unless too few would be left.</summary>
    public static IEnumerable<string> TakingPart(RunState run, int round) => RosterOf(run).TakingPart(round, run.Plan.ReportersNeeded);

    /// <summary>Counts who of a round has reported, and what they took.</summary>
    public static RunState Count(RunState run)
    {
        var roster = run.Participants.Aggregate(RosterOf(run), (known, trainer) => run.Reports.ContainsKey(trainer)
            ? known.Succeeded(trainer, run.Round)
            : known.Failed(trainer, run.Round, Rule));
        var deadline = DeadlineOf(run);
        var observed = run.Participants.Select(trainer => AdaptiveDeadline.Observation(run.Reports.GetValueOrDefault(trainer)?.After, deadline));
        return run with
        {
            Standings = [.. roster.Standings.Select(standing => new StoredStanding(standing.Trainer, standing.From, standing.Failures, standing.LastRound))],
            Observed = [.. run.Observed.Concat(observed).TakeLast(ObservedMax)],
        };
    }

    /// <summary>How long the step under way waits for the rest once enough have reported. Only rounds can do without one.</summary>
    public static TimeSpan DeadlineOf(RunState run)
    {
        if (run.Phase != RunPhase.Training)
        {
            return run.Plan.DeadlineMax;
        }

        var first = FirstDeadline < run.Plan.DeadlineMin ? run.Plan.DeadlineMin : FirstDeadline < run.Plan.DeadlineMax ? FirstDeadline : run.Plan.DeadlineMax;
        return new AdaptiveDeadline { Floor = run.Plan.DeadlineMin, Ceiling = run.Plan.DeadlineMax, Default = first }.Next(run.Observed);
    }

    private static TrainerRoster RosterOf(RunState run) => run.Standings.IsEmpty
        ? run.Plan.Trainers.Aggregate(TrainerRoster.Empty, (roster, trainer) => roster.Join(trainer, 0))
        : new TrainerRoster([.. run.Standings.Select(stored => new TrainerStanding(stored.Trainer, stored.From, stored.Failures, stored.LastRound))]);
}
