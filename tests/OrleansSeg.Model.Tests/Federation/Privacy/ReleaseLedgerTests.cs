using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Model.Tests.Federation.Privacy;

public sealed class ReleaseLedgerTests
{
    [Fact]
    public void Ledger_KeepsOrder_AndCountsAStepDoneAgainOnce()
    {
        var thresholds = new UnaccountedRelease(UnaccountedRelease.LabelThresholds, "2,048 bins of spend", "coordinator");
        var gate = new UnaccountedRelease(UnaccountedRelease.GateMetrics, "log loss by site, 4 digits", "readers of the report", 3);
        var ledger = ReleaseLedger.Empty.Add(thresholds).Add(gate).Add(gate with { }).Add(thresholds);
        Assert.Equal([thresholds, gate], ledger.Releases.AsEnumerable());
    }

    [Fact]
    public void WhatIsToldRoundAfterRound_IsOneEntry()
    {
        var losses = new UnaccountedRelease(UnaccountedRelease.TrainingLosses, "mean loss", "coordinator", 2);
        var ledger = Enumerable.Range(2, 4).Append(3).Aggregate(ReleaseLedger.Empty, (known, round) => known.Add(losses with { Round = round }));
        Assert.Equal([losses with { LastRound = 5 }], ledger.Releases.AsEnumerable());
        Assert.Equal(2, ledger.Add(losses with { Round = 6, SeenBy = "everybody" }).Releases.Length);
    }
}
