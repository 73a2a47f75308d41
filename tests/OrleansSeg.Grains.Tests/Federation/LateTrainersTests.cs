using System.Collections.Immutable;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Who is late, for how long, and what a late update counts in.</summary>
public sealed class LateTrainersTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly FederatedPlan Plan = new() { Sites = ["a"], TrainersPerSite = 4, Rounds = 8, ReportersMin = 2, LateUpdates = "keep" };

    [Fact]
    public void TrainerThatWorksWhenItsRoundIsClosed_IsLate_AndItsUpdateCountsInTheNextRound()
    {
        var first = Round(1, Plan);
        var second = Close(Hear(first, "a:0", "a:1", "a:2"), "a:3");
        Assert.Equal(("a:3", new LateTrainer(1, first.Input)), Assert.Single(second.Late.Select(late => (late.Key, late.Value))));
        Assert.Equal(["a:0", "a:1", "a:2"], second.Participants.AsEnumerable());
        Assert.Empty(second.Rounds[0].Late);

        // It is heard for its old round alone, and once.
        Assert.Equal(second, RunMachine.Heard(second, "a:3", Report(second.Step, "new"), Start));
        var heard = RunMachine.Heard(second, "a:3", Report(first.Step, "late"), Start);
        Assert.Equal(heard, RunMachine.Heard(heard, "a:3", Report(first.Step, "again"), Start));
        Assert.Equal(second.Participants, heard.Participants);

        var third = Close(Hear(heard, "a:0", "a:1", "a:2"));
        Assert.Equal(["a:0", "a:1", "a:2", "a:3"], third.Rounds[1].Reporters.AsEnumerable());
        Assert.Equal(("a:3", 1), Assert.Single(third.Rounds[1].Late.Select(late => (late.Key, late.Value))));
        Assert.Equal(10 * 4, third.Rounds[1].Bytes);
        Assert.Empty(third.Late);
        Assert.Equal(Plan.Trainers.AsEnumerable(), third.Participants);
        Assert.Equal(0, third.Standings.Single(standing => standing.Trainer == "a:3").Failures);
    }

    [Fact]
    public void TrainerThatIsSilent_OrFails_IsNotLate()
    {
        var first = Hear(Round(1, Plan), "a:0", "a:1");
        first = RunMachine.Heard(first, "a:2", new StepReport(first.Step, TrainerStepState.Failed, null, "broken"), Start);
        var second = Close(first);
        Assert.Empty(second.Late);
        Assert.Equal(Plan.Trainers.AsEnumerable(), second.Participants);

        // A late one that cannot do its old round is late no more, and comes back in the next.
        second = Close(Hear(Round(1, Plan), "a:0", "a:1", "a:2"), "a:3");
        second = RunMachine.Heard(second, "a:3", new StepReport(first.Step, TrainerStepState.Failed, null, "broken"), Start);
        Assert.Empty(second.Late);
        Assert.DoesNotContain("a:3", second.Participants);
        Assert.Contains("a:3", Close(Hear(second, "a:0", "a:1", "a:2")).Participants);
    }

    [Fact]
    public void TrainerThatStaysLate_IsGivenUpAfterFourRounds()
    {
        var run = Close(Hear(Round(1, Plan), "a:0", "a:1", "a:2"), "a:3");
        for (; run.Round <= 5; run = Close(Hear(run, "a:0", "a:1", "a:2"), "a:3"))
        {
            Assert.Equal((1, 3), (run.Late["a:3"].Round, run.Participants.Length));
        }

        Assert.Equal((6, 0, 4), (run.Round, run.Late.Count, run.Participants.Length));
    }

    [Fact]
    public void LateTrainers_AreCalledBack_WhereTooFewWouldBeLeft()
    {
        var plan = Plan with { ReportersMin = 0 };
        var second = Close(Hear(Round(1, plan), "a:0", "a:1", "a:2"), "a:3");
        Assert.Equal(["a:0", "a:1", "a:2"], second.Participants.AsEnumerable());

        // Three must report, and one of the three that are left is late too.
        var third = Close(Hear(second, "a:0", "a:1") with { Plan = Plan }, "a:2", "a:3") with { Plan = plan };
        Assert.Equal(["a:2", "a:3"], third.Late.Keys);
        Assert.Equal(plan.Trainers.AsEnumerable(), Close(Hear(third, "a:0", "a:1"), "a:2", "a:3").Participants);
    }

    [Fact]
    public void RefusedLateUpdate_IsInNoRound()
    {
        var second = Close(Hear(Round(1, Plan), "a:0", "a:1", "a:2"), "a:3");
        second = Hear(RunMachine.Heard(second, "a:3", Report(Round(1, Plan).Step, "late"), Start), "a:0", "a:1", "a:2");
        var refused = ImmutableSortedDictionary<string, string>.Empty.Add("a:3", "It sent NaN.");
        var third = RunMachine.Closed(second, Closing(second) with { Refused = refused }, Start);
        Assert.Equal((3, 0), (third.Rounds[1].Reporters.Length, third.Rounds[1].Late.Count));
        Assert.Equal(1, third.Standings.Single(standing => standing.Trainer == "a:3").Failures);
    }

    [Fact]
    public void Dropped_NobodyIsLate_AndTheLastRoundLeavesNobodyLate()
    {
        Assert.Empty(Close(Hear(Round(1, Plan with { LateUpdates = "drop" }), "a:0", "a:1", "a:2"), "a:3").Late);
        var evaluating = Close(Hear(Round(8, Plan), "a:0", "a:1", "a:2"), "a:3");
        Assert.Equal((RunPhase.Evaluating, 0, 4), (evaluating.Phase, evaluating.Late.Count, evaluating.Participants.Length));
    }

    private static RunState Round(int round, FederatedPlan plan) =>
        RunMachine.Start(1, plan, Start, Start) with { Phase = RunPhase.Training, Round = round, Input = $"input-{round}", Participants = plan.Trainers };

    private static RunState Hear(RunState run, params string[] trainers) =>
        trainers.Aggregate(run, (state, trainer) => RunMachine.Heard(state, trainer, Report(run.Step, trainer), Start));

    private static StepReport Report(StepKey step, string output) => new(step, TrainerStepState.Reported, new StepResult(output, 10, TimeSpan.FromSeconds(1)), null);

    private static RunState Close(RunState run, params string[] working) => RunMachine.Closed(RunMachine.Closing(run, StepWitness.Nobody with { Working = [.. working] }, null), Closing(run), Start);

    private static StepClosing Closing(RunState run) => new($"output-{run.Round}", ImmutableSortedDictionary<string, double>.Empty);
}
