using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Model.Tests.Federation.Privacy;

public sealed class ReleaseLedgerTests
{
    [Fact]
    public void Ledger_KeepsOrder_AndCountsAStepDoneAgainOnce()
    {
        var thresholds = new UnaccountedRelease(UnaccountedRelease.LabelThresholds, "2,048 bins of spend", "coordinator");
        var gate = new UnaccountedRelease(UnaccountedRelease.GateMetrics, "log loss by site, 4 digits", "readers of the report", 3);
        var ledger = ReleaseLedger.Empty.Add(thresholds).Add(gate).Add(gate with { }).Add(gate with { Round = 4 });
        Assert.Equal([thresholds, gate, gate with { Round = 4 }], ledger.Releases.AsEnumerable());
    }
}
