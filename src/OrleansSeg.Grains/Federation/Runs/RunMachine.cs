using System.Collections.Immutable;
using System.Globalization;
using OrleansSeg.Federation.Privacy;

namespace OrleansSeg.Federation.Runs;

/// <summary>The transitions of a run: pure, and each harmless when it comes twice.</summary>
internal static class RunMachine
{
    /// <summary>A shop that erases customers more often than a run takes would never see its end.</summary>
    public const int RestartsMax = 10;

    /// <summary>A new run.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="plan">What it does.</param>
    /// <param name="now">The time.</param>
    /// <param name="watermark">Events first stored after it do not count.</param>
    /// <param name="scheduledFor">The occurrence of the schedule; null for a run by hand.</param>
    /// <param name="before">The federation's run before; null for none.</param>
    public static RunState Start(
        int number, FederatedPlan plan, DateTimeOffset now, DateTimeOffset watermark, DateTimeOffset? scheduledFor = null, RunState? before = null) => new()
    {
        ScheduledFor = scheduledFor,
        Earlier = before is null ? EarlierRuns.None : EarlierRuns.After(before),
        Number = number, Plan = plan, Phase = RunPhase.Opening, StartedAt = now, StepStartedAt = now, Watermark = watermark,
    };

    /// <summary>What trainers work from is written: they may begin.</summary>
    public static RunState Opened(RunState run, string input, DateTimeOffset now) =>
        run.Phase != RunPhase.Opening ? run : Begin(run, RunPhase.Fitting, 1, input, now);

    /// <summary>
    /// Customers were erased whom it has read: it begins anew, over the same watermark, as if it had never read them. What rounds have told counts as told.
    /// A model that is registered somewhere is not taken back.
    /// </summary>
    public static RunState Restarted(RunState run, string because, DateTimeOffset now)
    {
        if (run.HasEnded || run.Phase == RunPhase.Opening || !run.Versions.IsEmpty)
        {
            return run;
        }

        return run.Attempt == RestartsMax
            ? Ended(run, RunPhase.Failed, $"{because} It has begun anew {RestartsMax} times for such reasons, and does not once more.", now)
            : new RunState
            {
                Number = run.Number, Plan = run.Plan, Phase = RunPhase.Opening, StartedAt = run.StartedAt, StepStartedAt = now, Watermark = run.Watermark,
                ScheduledFor = run.ScheduledFor, Observed = run.Observed, Releases = run.Releases, Earlier = EarlierRuns.After(run), Ledger = run.Ledger,
                Restarts = [.. run.Restarts.IsDefault ? [] : run.Restarts, new RunRestart(now, run.Phase, run.Phase == RunPhase.Training ? run.Round : 0, because)],
            };
    }

    /// <summary>Takes in what a trainer says; a report of another step, or a second one, changes nothing.</summary>
    public static RunState Heard(RunState run, string trainer, StepReport report, DateTimeOffset now)
    {
        if (run.HasEnded || run.IsClosing)
        {
            return run;
        }

        if (run.Late.GetValueOrDefault(trainer) is { } late)
        {
            return LateTrainers.Heard(run, trainer, late, report);
        }

        if (report.Step != run.Step || run.Reports.ContainsKey(trainer) || !run.Participants.Contains(trainer))
        {
            return run;
        }

        return report.State switch
        {
            TrainerStepState.Reported => run with
            {
                Reports = run.Reports.Add(trainer, new TrainerReport(report.Result!, now - run.StepStartedAt)), Failures = run.Failures.Remove(trainer),
            },
            TrainerStepState.Failed => run with
            {
                Failures = run.Failures.SetItem(
                    trainer, new TrainerFailure((run.Failures.GetValueOrDefault(trainer)?.Count ?? 0) + 1, report.Failure ?? "unknown")),
            },
            _ => run,
        };
    }

    /// <summary>Whether the step can be closed with the reports there are, must fail, or goes on.</summary>
    public static StepDecision Decide(RunState run, DateTimeOffset now)
    {
        var (reports, outstanding) = (run.Reports.Count, run.Outstanding.Count());
        var needed = RunRoster.NeededOf(run);
        var waited = now - run.StepStartedAt;
        return run.IsClosing || (outstanding == 0 && reports >= needed) ? StepDecision.Close
            : reports + outstanding < needed ? RoundAttempts.Fail(run, $"Of {run.Participants.Length} trainers {needed} must report; {Tell(run)}")
            : reports >= needed && waited >= RunRoster.DeadlineOf(run) ? StepDecision.Close
            : waited >= run.Plan.DeadlineMax ? RoundAttempts.Fail(
                run, string.Create(CultureInfo.InvariantCulture, $"After {waited:c} {reports} of {needed} trainers have reported; {Tell(run)}"))
            : StepDecision.Wait;
    }

    /// <summary>Whether the step under way cannot be closed before noise is drawn for the sum of its updates. Of masked updates each has its share.</summary>
    public static bool NeedsSeed(RunState run) =>
        run is { Phase: RunPhase.Training, Stage: RoundStage.Training, Plan.Privacy.Unit: ProtectedUnit.Trainer, SumSeed: null };

    /// <summary>The step is about to be closed: no report is taken any more. Where its sum is noised, the same noise over another one would tell their difference.</summary>
    /// <param name="run">The run.</param>
    /// <param name="seen">What is seen of trainers: whose update may count later, and who is not there.</param>
    /// <param name="seed">Bits for the noise, where the step needs them; else null.</param>
    public static RunState Closing(RunState run, StepWitness seen, byte[]? seed) => run.IsClosing ? run : run with { Seen = seen, SumSeed = seed };

    /// <summary>The step's output is written: the next step may begin.</summary>
    public static RunState Closed(RunState run, StepClosing closing, DateTimeOffset now) => run.Phase switch
    {
        RunPhase.Fitting when closing.Need is { } need => Weigh(run with { Findings = closing.Metrics }, need, closing, now),
        RunPhase.Fitting or RunPhase.Evaluating when closing.GoesOn => Begin(run, run.Phase, run.Round + 1, closing.Output, now),
        RunPhase.Fitting => BeginRound(
            (closing.BegunAnew ? run with { Beginning = run.Beginning?.Anew() } : run) with { Ledger = run.Ledger with { Base = closing.Base }, Privacy = closing.Privacy, Releases = RunReleases.Add(run.Releases, closing.Releases) }, 1, closing.Output, now),
        RunPhase.Training => CloseStage(
            run with { Reports = run.Reports.RemoveRange(closing.Refused.Keys), Late = run.Late.RemoveRange(closing.Refused.Keys) }, closing, now, run.Seen ?? StepWitness.Nobody),
        RunPhase.Evaluating => Begin(run, RunPhase.Promoting, 1, closing.Output, now) with { Verdict = closing.Verdict ?? throw Bug("an evaluation without a verdict") },
        _ => throw Bug($"closing a step in phase {run.Phase}"),
    };

    /// <summary>The step cannot be closed: the round is tried again with fresh masks, or the run is over.</summary>
    public static RunState Failed(RunState run, string reason, DateTimeOffset now) => RoundAttempts.Fail(run, reason) is { Kind: StepDecisionKind.Retry, Reason: var why }
        ? RoundAttempts.Next(run, why!, now)
        : Ended(run, RunPhase.Failed, RoundAttempts.Fail(run, reason).Reason!, now);

    /// <summary>The model is registered at a site.</summary>
    public static RunState Registered(RunState run, string site, int version) =>
        run.Phase != RunPhase.Promoting ? run : run with { Versions = run.Versions.SetItem(site, version) };

    /// <summary>The run is over.</summary>
    public static RunState Ended(RunState run, RunPhase how, string outcome, DateTimeOffset now) =>
        run.HasEnded ? run : run with { Phase = how, Outcome = outcome, EndedAt = now };

    private static RunState Weigh(RunState run, RunNeed need, StepClosing closing, DateTimeOffset now) => need.IsNeeded
        ? Begin(run with { Cause = need.Reason }, RunPhase.Fitting, run.Round + 1, closing.Output, now)
        : Ended(run, RunPhase.Done, need.Reason, now);

    private static RunState CloseStage(RunState run, StepClosing closing, DateTimeOffset now, StepWitness seen) => run switch
    {
        { Stage: RoundStage.Training, Reports.Count: 0 } =>
            Ended(run, RunPhase.Failed, $"No update of round {run.Round} is sound: {string.Join(" ", closing.Refused.Values)}", now),
        { Stage: RoundStage.Training } => CloseRound(RunRoster.Count(run, closing.Refused, seen), closing, now, seen),
        _ when run.Reports.Count < RunRoster.NeededOf(run) => Failed(
            run, $"Of round {run.Round} {run.Reports.Count} trainers are left, and {RunRoster.NeededOf(run)} are needed: {string.Join(" ", closing.Refused.Values)}", now),
        { Stage: RoundStage.Unmasking } => CloseRound(run, closing, now, seen),
        _ => NextStage(run, closing, now, seen),
    };

    private static RunState CloseRound(RunState run, StepClosing closing, DateTimeOffset now, StepWitness seen) =>
        AfterRound(run with { Rounds = run.Rounds.Add(Summarize(run, closing, now)), Late = LateTrainers.After(run, seen.Working), Standings = RunRoster.Returned(run, seen) }, closing.Output, now);

    /// <summary>Those that took the stage go on to the next. Who is silent from then on has dropped out of this round.</summary>
    private static RunState NextStage(RunState run, StepClosing closing, DateTimeOffset now, StepWitness seen) =>
        (run.Stage == RoundStage.Masking ? RunRoster.Count(run, closing.Refused, seen) : RunRoster.CountMissing(run, closing.Refused, seen)) with
        {
            Stage = run.Stage + 1,
            Seen = null,
            Exchange = closing.Output,
            StepStartedAt = now,
            RoundBytes = run.RoundBytes + BytesOf(run),
            Participants = [.. run.Reports.Keys.Order(StringComparer.Ordinal)],
            Reports = run.Reports.Clear(),
            Failures = run.Failures.Clear(),
        };

    private static RunState AfterRound(RunState run, string output, DateTimeOffset now) => run.Round < run.Plan.Rounds
        ? BeginRound(run, run.Round + 1, output, now)
        : Begin(run, RunPhase.Evaluating, 1, output, now);

    /// <summary>A round is paid for before anybody trains in it. What the budget does not allow is not begun: the rounds that are done are evaluated.</summary>
    private static RunState BeginRound(RunState run, int round, string output, DateTimeOffset now)
    {
        if (RunPrivacy.Refusal(run) is not { } refusal)
        {
            return Begin(run with { RoundsBegun = round }, RunPhase.Training, round, output, now);
        }

        var stopped = run with { Privacy = run.Privacy! with { IsStopped = true } };
        return round == 1 ? Ended(stopped, RunPhase.Failed, refusal, now) : Begin(stopped, RunPhase.Evaluating, 1, output, now);
    }

    private static RunState Begin(RunState run, RunPhase phase, int round, string input, DateTimeOffset now) => RoundAttempts.Begun(RunRoster.Enlist(run, phase, round) with
    {
        Phase = phase,
        Round = round,
        Stage = phase == RunPhase.Training && run.Plan.SecureAggregation ? RoundStage.Keys : RoundStage.Training,
        Input = input,
        Exchange = null,
        StepStartedAt = now,
        RoundStartedAt = now,
        RoundBytes = 0,
        Reports = run.Reports.Clear(),
        Failures = run.Failures.Clear(),
        SumSeed = null,
        Seen = null,
        Releases = RunReleases.Add(run.Releases, RunReleases.Of(run.Plan, phase, round, trains: run.Plan.Condition is null || run.Cause is not null)),
    });

    private static RoundStatus Summarize(RunState run, StepClosing closing, DateTimeOffset now)
    {
        // Whoever sent a masked update is in the sum, whether it helped to unmask it or not.
        var isMasked = run.Stage == RoundStage.Unmasking;
        var late = LateTrainers.ArrivedIn(run).ToImmutableSortedDictionary(update => update.Trainer, update => update.Round, StringComparer.Ordinal);
        return new RoundStatus(
            run.Round,
            closing.Output,
            isMasked ? run.Participants : [.. run.Reports.Keys.Concat(late.Keys).Order(StringComparer.Ordinal)],
            now - (isMasked ? run.RoundStartedAt : run.StepStartedAt),
            run.RoundBytes + BytesOf(run),
            closing.Metrics) { Late = late, Missing = RunRoster.MissingIn(run), Retries = run.Retries };
    }

    private static long BytesOf(RunState run) => run.Reports.Values.Select(report => report.Result).Concat(LateTrainers.ArrivedIn(run).Select(late => late.Result)).Sum(result => result.Bytes);

    private static string Tell(RunState run) => run.Failures.Count == 0
        ? $"silent: {string.Join(", ", run.Outstanding)}."
        : string.Join("; ", run.Failures.Select(failure => $"{failure.Key}: {failure.Value.Reason}"));

    private static InvalidOperationException Bug(string what) => new($"A run was asked for {what}. This is a bug.");
}

/// <summary>What to do with a step.</summary>
/// <param name="Kind">Wait, close, fail or try the round again.</param>
/// <param name="Reason">Why it fails, or is tried again.</param>
internal readonly record struct StepDecision(StepDecisionKind Kind, string? Reason)
{
    public static StepDecision Wait { get; } = new(StepDecisionKind.Wait, null);

    public static StepDecision Close { get; } = new(StepDecisionKind.Close, null);

    public static StepDecision Fail(string reason) => new(StepDecisionKind.Fail, reason);

    public static StepDecision Retry(string reason) => new(StepDecisionKind.Retry, reason);
}

/// <summary>What to do with a step.</summary>
internal enum StepDecisionKind
{
    Wait,
    Close,
    Fail,
    Retry,
}
