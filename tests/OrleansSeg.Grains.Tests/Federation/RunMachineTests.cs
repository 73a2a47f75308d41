using System.Collections.Immutable;
using CsCheck;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;

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
        select new FederatedPlan
        {
            Sites = [.. Enumerable.Range(0, sites).Select(site => $"site-{site}")],
            TrainersPerSite = trainers,
            Rounds = rounds,
            DeadlineMin = TimeSpan.FromSeconds(10),
            DeadlineMax = TimeSpan.FromMinutes(10),
        };

    // What happens: who says what of which step, and how much time goes by.
    private static readonly Gen<(int Trainer, int Kind, int Step, int Seconds)[]> Happenings =
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[-1, 1], Gen.Int[0, 40]).Array[0, 300];

    [Fact]
    public void Run_GoesForwardOnly_AndTakesEachTrainerOnceAStep() => Gen.Select(Plans, Happenings).Sample((plan, happenings) =>
    {
        var (run, now) = (RunMachine.Opened(RunMachine.Start(1, plan, Start, Start), "input", Start), Start);
        foreach (var (trainer, kind, step, seconds) in happenings)
        {
            now += TimeSpan.FromSeconds(seconds);
            var before = run;
            var name = plan.Trainers[trainer % plan.Trainers.Length];
            var report = new StepReport(
                run.Step with { Round = run.Round + step }, kind < 6 ? TrainerStepState.Reported : kind < 8 ? TrainerStepState.Failed : TrainerStepState.Working,
                kind < 6 ? Result : null, kind is 6 or 7 ? "broken" : null);
            run = RunMachine.Heard(run, name, report, now);
            Assert.Equal(run, RunMachine.Heard(run, name, report with { State = TrainerStepState.Working }, now));
            Assert.True(step == 0 || run == before);
            Assert.Subset(run.Participants.ToHashSet(), run.Reports.Keys.ToHashSet());
            run = Decide(run, now);
            Assert.True(run.HasEnded || run.Step == before.Step || before.Step.IsBefore(run.Step));
            Assert.True(run.Rounds.Length <= plan.Rounds);
            if (before.HasEnded)
            {
                Assert.Equal(before, run);
            }
        }

        Assert.Equal(run.Rounds.Select(round => round.Round), Enumerable.Range(1, run.Rounds.Length));
        Assert.All(run.Rounds, round => Assert.InRange(round.Reporters.Length, 1, plan.Trainers.Length));
    });

    [Fact]
    public void Run_WhoseTrainersAllReport_IsPromotedAfterItsRounds() => Plans.Sample(plan =>
    {
        var run = RunMachine.Opened(RunMachine.Start(1, plan, Start, Start), "input", Start);
        while (run.Phase is not (RunPhase.Promoting or RunPhase.Failed))
        {
            foreach (var trainer in run.Participants)
            {
                Assert.Equal(StepDecisionKind.Wait, RunMachine.Decide(run, Start).Kind);
                run = RunMachine.Heard(run, trainer, new StepReport(run.Step, TrainerStepState.Reported, Result, null), Start);
            }

            run = Decide(run, Start);
        }

        Assert.Equal((RunPhase.Promoting, plan.Rounds), (run.Phase, run.Rounds.Length));
        Assert.All(run.Rounds, round => Assert.Equal(plan.Trainers.ToArray(), round.Reporters));
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

    private static RunState Decide(RunState run, DateTimeOffset now)
    {
        if (run.HasEnded || run.Phase == RunPhase.Promoting)
        {
            return run;
        }

        var decision = RunMachine.Decide(run, now);
        return decision.Kind switch
        {
            StepDecisionKind.Close => RunMachine.Closed(run, Closing(run), now),
            StepDecisionKind.Fail => RunMachine.Ended(run, RunPhase.Failed, decision.Reason!, now),
            _ => run,
        };
    }

    private static StepClosing Closing(RunState run) => new(
        $"{run.Phase}-{run.Round}",
        ImmutableSortedDictionary<string, double>.Empty,
        run.Phase == RunPhase.Evaluating ? new RunVerdict(true, "better", ImmutableSortedDictionary<string, OrleansSeg.Models.ModelReference>.Empty) : null,
        GoesOn: run is { Phase: RunPhase.Fitting or RunPhase.Evaluating, Round: 1 });

    private static ImmutableSortedDictionary<string, string> Refuse(params string[] trainers) =>
        trainers.ToImmutableSortedDictionary(trainer => trainer, trainer => $"{trainer} sent NaN.", StringComparer.Ordinal);
}
