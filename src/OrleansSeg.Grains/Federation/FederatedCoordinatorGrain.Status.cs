using System.Collections.Immutable;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;

namespace OrleansSeg.Federation;

/// <summary>What an operator is told of a run.</summary>
internal sealed partial class FederatedCoordinatorGrain
{
    private RunStatus StatusOf(RunState run) => new(
        run.Number,
        run.Plan,
        run.Phase,
        run.Round,
        run.StartedAt,
        run.Watermark,
        run.EndedAt,
        [.. run.Rounds.Select(Whole)],
        run.HasEnded || run.Phase is RunPhase.Opening or RunPhase.Promoting ? []
            : [.. run.Plan.Trainers.Select(trainer => StatusOf(run, trainer))],
        run.Outcome,
        run.Versions)
    {
        Cause = run.Cause,
        Findings = run.Findings,
        Privacy = RunPrivacy.StatusOf(run),
        Releases = run.Releases.IsDefault ? [] : run.Releases,
        Stage = run.Stage,
        Origin = run.Beginning is { } beginning
            ? new RunOrigin(beginning.Versions.ToImmutableSortedDictionary(site => site.Key, site => site.Value.Version, StringComparer.Ordinal), beginning.Because)
            : null,
        Restarts = run.Restarts.IsDefault ? [] : run.Restarts,
        Gate = run.Verdict?.Gate,
        Retries = run.Retries.IsDefault ? [] : run.Retries,
    };

    /// <summary>A round as it is told. One that was stored by an earlier version lacks what that did not know.</summary>
    private static RoundStatus Whole(RoundStatus round) => round with
    {
        Late = round.Late ?? ImmutableSortedDictionary<string, int>.Empty,
        Missing = round.Missing ?? ImmutableSortedDictionary<string, string>.Empty,
        Retries = round.Retries.IsDefault ? [] : round.Retries,
    };

    private TrainerStepStatus StatusOf(RunState run, string trainer) => run.Late.GetValueOrDefault(trainer) is { } late
        ? new TrainerStepStatus(trainer, TrainerStepState.Late, LateTrainers.Tell(late))
        : !run.Participants.Contains(trainer)
        ? new TrainerStepStatus(trainer, TrainerStepState.SittingOut, RunRoster.Tell(run, trainer))
        : run.Reports.ContainsKey(trainer)
        ? new TrainerStepStatus(trainer, TrainerStepState.Reported, null)
        : run.Failures.GetValueOrDefault(trainer) is { } failure
        ? new TrainerStepStatus(trainer, failure.IsFinal ? TrainerStepState.Failed : TrainerStepState.Working, failure.Reason)
        : _heard.GetValueOrDefault(trainer) is { } heard && heard.Step == run.Step
        ? new TrainerStepStatus(trainer, heard.State, null)
        : new TrainerStepStatus(trainer, TrainerStepState.Silent, IsAway(trainer) ? "No silo that could train for its site is in the cluster." : null);

    private bool IsAway(string trainer) => _roles.Current.Serving(TrainerKey.SiteOf(trainer)).Engines.IsEmpty;
}
