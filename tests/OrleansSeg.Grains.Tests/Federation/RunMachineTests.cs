using System.Collections.Immutable;
using CsCheck;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Whatever is reported, in whatever order and however often, a run goes forward one step at a time and ends as it should.</summary>
public sealed class RunMachineTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly StepResult Result = new("a", 10, TimeSpan.FromSeconds(1));

    private static readonly Gen<FederatedPlan> Plans =
        from sites in Gen.Int[1, 3]
        from trainers in Gen.Int[1, 3]
        from rounds in Gen.Int[1, 4]
        from isMasked in Gen.Bool
        from keepsLate in Gen.Bool
        select new FederatedPlan
        {
            Sites = [.. Enumerable.Range(0, sites).Select(site => $"site-{site}")],
            TrainersPerSite = trainers,
            Rounds = rounds,
            SecureAggregation = isMasked && sites * trainers >= 3,
            LateUpdates = keepsLate && !(isMasked && sites * trainers >= 3) ? "keep" : "drop",
            DeadlineMin = TimeSpan.FromSeconds(10),
            DeadlineMax = TimeSpan.FromMinutes(10),
        };

    // What happens: who says what of which step, of another round or stage, and how much time goes by.
    private static readonly Gen<(int Trainer, int Kind, int Round, int Stage, int Seconds)[]> Happenings =
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[-1, 1], Gen.Int[-1, 1], Gen.Int[0, 40]).Array[0, 400];

    [Fact]
    public void Run_GoesForwardOnly_AndTakesEachTrainerOnceAStep() => Gen.Select(Plans, Happenings).Sample((plan, happenings) =>
    {
        var (run, now) = (RunMachine.Opened(RunMachine.Start(1, plan, Start, Start), "input", Start), Start);
        foreach (var (trainer, kind, round, stage, seconds) in happenings)
        {
            now += TimeSpan.FromSeconds(seconds);
            var before = run;
            var name = plan.Trainers[trainer % plan.Trainers.Length];
            var report = new StepReport(
                run.Step with { Round = run.Round + round, Stage = run.Stage + stage }, kind < 6 ? TrainerStepState.Reported : kind < 8 ? TrainerStepState.Failed : TrainerStepState.Working,
                kind < 6 ? Result : null, kind is 6 or 7 ? "broken" : null);
            run = RunMachine.Heard(run, name, report, now);
            Assert.Equal(run, RunMachine.Heard(run, name, report with { State = TrainerStepState.Working }, now));
            Assert.True((round, stage) == (0, 0) || (round, stage) == (-1, 0) && before.Late.ContainsKey(name) || run == before);
            Assert.Subset(run.Participants.ToHashSet(), run.Reports.Keys.ToHashSet());
            run = Decide(run, now);
            Assert.True(run.HasEnded || run.Step == before.Step || before.Step.IsBefore(run.Step));
            Assert.True(run.Rounds.Length <= plan.Rounds);
            Assert.Equal(run.Phase == RunPhase.Training && plan.SecureAggregation, run.Stage != RoundStage.Training && !run.HasEnded);
            Assert.Equal(run.Stage > RoundStage.Keys, run.Exchange is not null);
            Assert.Empty(run.Late.Keys.Intersect(run.Participants));
            Assert.True(run.Late.IsEmpty || (plan.LateUpdates, run.Phase) == ("keep", RunPhase.Training) || run.HasEnded);
            Assert.All(run.Late.Values, late => Assert.InRange(late.Round, run.Round - 4, run.Round - 1));
            if ((run.Phase, run.Round, run.Step.RoundAttempt) == (before.Phase, before.Round, before.Step.RoundAttempt))
            {
                Assert.Subset(before.Participants.ToHashSet(), run.Participants.ToHashSet());
            }

            if (before.HasEnded)
            {
                Assert.Equal(before, run);
            }
        }

        Assert.Equal(run.Rounds.Select(round => round.Round), Enumerable.Range(1, run.Rounds.Length));
        Assert.All(run.Rounds, round => Assert.InRange(round.Reporters.Length - round.Late.Count, plan.SecureAggregation ? plan.ReportersNeeded : 1, plan.Trainers.Length));
        Assert.All(run.Rounds, round => Assert.Equal(round.Reporters.Length, round.Reporters.Distinct().Count()));
        Assert.All(run.Rounds.SelectMany(round => round.Late, (round, late) => (round.Round, late.Key, Trained: late.Value)), late =>
            Assert.DoesNotContain(late.Key, run.Rounds[late.Trained - 1].Reporters));
    });

    [Fact]
    public void Run_WhoseTrainersAllReport_IsPromotedAfterItsRounds() => Plans.Sample(plan =>
    {
        var run = RunMachine.Opened(RunMachine.Start(1, plan, Start, Start), "input", Start);
        var stages = new List<RoundStage>();
        while (run.Phase is not (RunPhase.Promoting or RunPhase.Failed))
        {
            stages.AddRange(run.Phase == RunPhase.Training ? [run.Stage] : []);
            foreach (var trainer in run.Participants)
            {
                Assert.Equal(StepDecisionKind.Wait, RunMachine.Decide(run, Start).Kind);
                run = RunMachine.Heard(run, trainer, new StepReport(run.Step, TrainerStepState.Reported, Result, null), Start);
            }

            run = Decide(run, Start);
        }

        Assert.Equal((RunPhase.Promoting, plan.Rounds), (run.Phase, run.Rounds.Length));
        Assert.All(run.Rounds, round => Assert.Equal(plan.Trainers.ToArray(), round.Reporters));
        RoundStage[] expected = plan.SecureAggregation ? [RoundStage.Keys, RoundStage.Shares, RoundStage.Masking, RoundStage.Unmasking] : [RoundStage.Training];
        Assert.Equal(Enumerable.Repeat(expected, plan.Rounds).SelectMany(round => round), stages);
        Assert.All(run.Rounds, round => Assert.Equal(expected.Length * plan.Trainers.Length * Result.Bytes, round.Bytes));
    });

    [Theory]
    [InlineData(true), InlineData(false)]
    public void RunThatIsWeighed_TrainsOrIsDone(bool needed)
    {
        var plan = new FederatedPlan { Sites = ["a"], Condition = new RunCondition { MaturedLabels = 1 } };
        var run = RunMachine.Opened(RunMachine.Start(1, plan, Start, Start), "input", Start);
        var weighed = RunMachine.Closed(run, new StepClosing("next", run.Findings.Add("maturedLabels", 7)) { Need = new RunNeed(needed, "why") }, Start);
        Assert.Equal(7, weighed.Findings["maturedLabels"]);
        Assert.Equal(
            needed ? (RunPhase.Fitting, 2, "why", null) : (RunPhase.Done, 1, null, "why"), (weighed.Phase, weighed.Round, weighed.Cause, weighed.Outcome));
    }

    [Fact]
    public void RunThatIsWeighed_ListsWhatItTells_AndNothingThatItDoesNotComeTo()
    {
        var plan = new FederatedPlan { Sites = ["a"], Condition = new RunCondition { MaturedLabels = 1 } };
        var run = RunMachine.Opened(RunMachine.Start(1, plan, Start, Start), "input", Start);
        string[] first = [UnaccountedRelease.Participation, UnaccountedRelease.DataSpan];
        Assert.Equal(first, Told(run));
        string[] fitting = [UnaccountedRelease.Normalisation, UnaccountedRelease.LabelThresholds, UnaccountedRelease.ExampleCounts];
        var (answer, compared) = (new StepClosing("next", run.Findings), RunMachine.Closed(run, new StepClosing("drift", run.Findings, GoesOn: true), Start));
        Assert.Equal([.. first, UnaccountedRelease.Drift], Told(compared));
        Assert.Equal(Told(compared), Told(RunMachine.Closed(compared, answer with { Need = new RunNeed(false, "why") }, Start)));
        Assert.Equal([.. first, UnaccountedRelease.Drift, .. fitting], Told(RunMachine.Closed(compared, answer with { Need = new RunNeed(true, "why") }, Start)));

        // Nothing is compared where a site has no model.
        Assert.Equal([.. first, .. fitting], Told(RunMachine.Closed(run, answer with { Need = new RunNeed(true, "why") }, Start)));

        static IEnumerable<string> Told(RunState run) => run.Releases.Select(release => release.What);
    }

    [Fact]
    public void TrainerThatIsSilentInAStage_HasDroppedOutOfTheRound_AndTooFewThatAreLeftEndTheRun()
    {
        var plan = new FederatedPlan { Sites = ["a"], TrainersPerSite = 5, Rounds = 2, ReportersMin = 3, SecureAggregation = true, UpdateClipNorm = 1 };
        var run = RunMachine.Opened(RunMachine.Start(1, plan, Start, Start), "input", Start);
        run = Take(Take(run, plan.Trainers), plan.Trainers);
        Assert.Equal((RunPhase.Training, RoundStage.Keys, 5), (run.Phase, run.Stage, run.Participants.Length));
        run = Take(run, plan.Trainers.Remove("a:0"));
        Assert.Equal((RoundStage.Shares, "Training-1-Keys"), (run.Stage, run.Exchange));
        Assert.Equal(["a:1", "a:2", "a:3", "a:4"], run.Participants.AsEnumerable());
        run = Take(run, run.Participants);
        var masking = run;
        run = Take(run, ["a:1", "a:2", "a:3"]);
        Assert.Equal((RoundStage.Unmasking, 2), (run.Stage, run.Standings.Count(standing => standing.Failures == 1)));

        // A trainer that does not help to unmask is in the sum all the same.
        var few = Take(run, ["a:1", "a:2"]);
        Assert.Equal((RunPhase.Failed, "After 01:00:00 2 of 3 trainers have reported; silent: a:3."), (few.Phase, few.Outcome));
        run = Take(run, ["a:1", "a:2", "a:3"]);
        Assert.Equal((2, RoundStage.Keys, (string?)null), (run.Round, run.Stage, run.Exchange));
        Assert.Equal(["a:1", "a:2", "a:3"], run.Rounds[0].Reporters.AsEnumerable());
        Assert.Equal(["a:0", "a:1", "a:2", "a:3", "a:4"], run.Participants.AsEnumerable());

        var refused = RunMachine.Closed(
            Hear(masking, masking.Participants), Closing(masking) with { Refused = Refuse("a:1", "a:2") }, Start);
        Assert.Equal((RunPhase.Training, 1, RoundStage.Keys, 1), (refused.Phase, refused.Round, refused.Stage, refused.Step.RoundAttempt));
        Assert.Equal("Of round 1 2 trainers are left, and 3 are needed: a:1 sent NaN. a:2 sent NaN.", Assert.Single(refused.Retries));
        Assert.Equal(plan.Trainers.AsEnumerable(), refused.Participants);
        Assert.True(masking.Step.IsBefore(refused.Step));
        Assert.DoesNotContain(refused.Standings, standing => standing.Failures > 0);
    }

    [Fact]
    public void StepThatIsBeingClosed_TakesNoReport_AndAsksForNone()
    {
        var plan = new FederatedPlan { Sites = ["a"], TrainersPerSite = 3, Rounds = 2, ReportersMin = 2 };
        var run = Hear(RunMachine.Opened(RunMachine.Start(1, plan, Start, Start), "input", Start), ["a:0", "a:1"]);
        Assert.Equal(StepDecisionKind.Wait, RunMachine.Decide(run, Start).Kind);
        var closing = RunMachine.Closing(run, new StepWitness(["a:2"], []), null);
        Assert.Equal((closing, StepDecisionKind.Close), (Hear(closing, ["a:2"]), RunMachine.Decide(closing, Start).Kind));
        Assert.Equal(closing, RunMachine.Closing(closing, StepWitness.Nobody, [1]));
        Assert.False(RunMachine.Closed(closing, Closing(closing), Start).IsClosing);
    }

    [Fact]
    public void RefusedUpdate_IsNoReport_AndRefusingAllEndsTheRun()
    {
        var plan = new FederatedPlan { Sites = ["a"], TrainersPerSite = 2, Rounds = 2 };
        var run = RunMachine.Opened(RunMachine.Start(1, plan, Start, Start), "input", Start) with { Phase = RunPhase.Training, Round = 1, Participants = plan.Trainers };
        foreach (var trainer in plan.Trainers)
        {
            run = RunMachine.Heard(run, trainer, new StepReport(run.Step, TrainerStepState.Reported, Result, null), Start);
        }

        var one = RunMachine.Closed(run, Closing(run) with { Refused = Refuse("a:0") }, Start);
        Assert.Equal((RunPhase.Training, 2), (one.Phase, one.Round));
        Assert.Equal("a:1", Assert.Single(one.Rounds[0].Reporters));
        Assert.Equal(1, one.Standings.Single(standing => standing.Trainer == "a:0").Failures);
        var all = RunMachine.Closed(run, Closing(run) with { Refused = Refuse("a:0", "a:1") }, Start);
        Assert.Equal((RunPhase.Failed, "No update of round 1 is sound: a:0 sent NaN. a:1 sent NaN."), (all.Phase, all.Outcome));
    }

    /// <summary>These report, and when the step's time is over it ends.</summary>
    private static RunState Take(RunState run, IEnumerable<string> trainers) => Decide(Hear(run, trainers), run.StepStartedAt + run.Plan.DeadlineMax);

    private static RunState Hear(RunState run, IEnumerable<string> trainers) => trainers.Aggregate(
        run, (state, trainer) => RunMachine.Heard(state, trainer, new StepReport(run.Step, TrainerStepState.Reported, Result, null), Start));

    private static RunState Decide(RunState run, DateTimeOffset now)
    {
        if (run.HasEnded || run.Phase == RunPhase.Promoting)
        {
            return run;
        }

        var decision = RunMachine.Decide(run, now);
        return decision.Kind switch
        {
            StepDecisionKind.Close => RunMachine.Closed(RunMachine.Closing(run, StepWitness.Nobody with { Working = [.. run.Outstanding, .. run.Late.Keys] }, null), Closing(run), now),
            StepDecisionKind.Fail or StepDecisionKind.Retry => RunMachine.Failed(run, decision.Reason!, now),
            _ => run,
        };
    }

    private static StepClosing Closing(RunState run) => new(
        run.Stage == RoundStage.Training ? $"{run.Phase}-{run.Round}" : $"{run.Phase}-{run.Round}-{run.Stage}",
        ImmutableSortedDictionary<string, double>.Empty,
        run.Phase == RunPhase.Evaluating ? new RunVerdict(true, "better", ImmutableSortedDictionary<string, OrleansSeg.Models.ModelReference>.Empty) : null,
        GoesOn: run is { Phase: RunPhase.Fitting or RunPhase.Evaluating, Round: 1 });

    private static ImmutableSortedDictionary<string, string> Refuse(params string[] trainers) =>
        trainers.ToImmutableSortedDictionary(trainer => trainer, trainer => $"{trainer} sent NaN.", StringComparer.Ordinal);
}
