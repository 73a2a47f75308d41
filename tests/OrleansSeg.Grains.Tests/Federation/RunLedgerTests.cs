using System.Collections.Immutable;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;

namespace OrleansSeg.Grains.Tests.Federation;

public sealed class RunLedgerTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly FederatedPlan Plan = new() { Sites = ["shop"], Rounds = 2 };

    [Fact]
    public void ResultsGoWithTheirRound_WhatStepsWorkFromWithTheRun_CheckpointsStay()
    {
        var run = Start(null);
        run = Step(run, RunMachine.Opened(run, "opening", Now));
        run = Close(run, "fit-1", "cutoffs", goesOn: true);
        Assert.Equal(["fit-1"], run.Ledger.Spent.AsEnumerable());
        run = Close(run, "fit-2", "start", started: "base");
        run = Close(run, "update-1", "round-1");
        Assert.Equal(["fit-1", "fit-2", "update-1"], run.Ledger.Spent.AsEnumerable());
        run = Close(run, "update-2", "round-2");
        run = Close(run, "answer", "model");
        Assert.Equal(RunPhase.Promoting, run.Phase);
        run = Step(run, RunMachine.Ended(run, RunPhase.Done, "better", Now));
        Assert.Equal(["answer", "cutoffs", "fit-1", "fit-2", "model", "opening", "start", "update-1", "update-2"], run.Ledger.Spent.Order());
        Assert.Equal(["base", "round-1", "round-2"], RunLedger.Clear(run, run).Ledger.Spent.Except(run.Ledger.Spent).Order());
    }

    [Fact]
    public void WhatIsRemoved_LeavesTheLedger_AndTheRestIsTheNextRuns()
    {
        var run = Start(null);
        run = Step(run, RunMachine.Opened(run, "opening", Now));
        run = Close(run, "fit-1", "cutoffs", goesOn: true);
        run = RunLedger.Note(run, RunMachine.Ended(run, RunPhase.Cancelled, "cancelled", Now), [], new HashSet<string> { "fit-1" });
        Assert.Equal(["cutoffs", "opening"], run.Ledger.Spent.Order());
        var next = Start(run);
        Assert.Equal((run.Ledger.Spent, "run 2 of shops"), (next.Ledger.Spent, next.Ledger.Origin));
    }

    [Theory]
    [InlineData(1, 0, 0, "1")]
    [InlineData(1, 0, 3, "")]
    [InlineData(4, 0, 3, "1")]
    [InlineData(5, 1, 3, "2")]
    [InlineData(9, 3, 1, "4 5 6 7 8")]
    [InlineData(50, 3, 0, "4 5 6 7 8 9 10 11 12 13")]
    [InlineData(5, 4, 3, "")]
    public void CheckpointsAreKept_OfTheLatestRuns(int number, int clearedTo, int kept, string due) =>
        Assert.Equal(due, string.Join(' ', RunLedger.DueAfter(new RunState { Number = number, Ledger = new RunLedger { ClearedTo = clearedTo } }, kept)));

    private static RunState Start(RunState? previous) =>
        RunMachine.Start((previous?.Number ?? 0) + 1, Plan, Now, Now) with { Ledger = RunLedger.Begin("shops", previous) };

    private static RunState Close(RunState run, string result, string output, string? started = null, bool goesOn = false)
    {
        var heard = Step(run, RunMachine.Heard(run, "shop:0", new StepReport(run.Step, TrainerStepState.Reported, new StepResult(result, 1, TimeSpan.Zero), null), Now));
        var verdict = run.Phase == RunPhase.Evaluating ? new RunVerdict(true, "better", ImmutableSortedDictionary<string, OrleansSeg.Models.ModelReference>.Empty) : null;
        var closing = new StepClosing(output, ImmutableSortedDictionary<string, double>.Empty, verdict, goesOn) { Base = started };
        return Step(heard, RunMachine.Closed(heard, closing, Now), output);
    }

    private static RunState Step(RunState before, RunState next, params string[] written) => RunLedger.Note(before, next, written, ImmutableHashSet<string>.Empty);
}
