using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Rounds;

namespace OrleansSeg.Model.Tests.Federation.Rounds;

public class LateUpdatePolicyTests
{
    [Fact]
    public void Drop_LateUpdate_IsLeftOutWithItsReason()
    {
        var admitted = LateUpdatePolicy.Drop.Admit(5, [Update("oslo", 10)], [new(Update("bern", 10), 4)]);
        Assert.Equal(["oslo"], admitted.Updates.Select(update => update.Trainer));
        var refusal = Assert.Single(admitted.Refused);
        Assert.Equal(("bern", UpdateFault.Late), (refusal.Trainer, refusal.Fault));
        Assert.Equal("Trainer 'bern' sent its update of round 4 too late for round 5; at most 0 rounds late are kept.", refusal.Reason);
    }

    [Fact]
    public void Keep_LateUpdates_CountForLessTheOlderTheyAre()
    {
        var policy = new LateUpdatePolicy(StalenessMax: 3, Discount: 0.5);
        var admitted = policy.Admit(5, [Update("oslo", 100)], [new(Update("cork", 100), 2), new(Update("bern", 100), 4), new(Update("rome", 100), 1)]);
        Assert.Equal([("bern", 71), ("cork", 50), ("oslo", 100)], admitted.Updates.Select(update => (update.Trainer, update.Examples)));
        Assert.Equal(["rome"], admitted.Refused.Select(refusal => refusal.Trainer));
    }

    [Fact]
    public void Keep_SeveralOfOneTrainer_KeepsTheNewest()
    {
        var admitted = new LateUpdatePolicy(9, 0).Admit(
            5, [Update("oslo", 1)], [new(Update("oslo", 2), 4), new(Update("bern", 3), 3), new(Update("bern", 4), 4)]);
        Assert.Equal([("bern", 4), ("oslo", 1)], admitted.Updates.Select(update => (update.Trainer, update.Examples)));
        Assert.Equal(
            ["Trainer 'bern' has a newer update than that of round 3.", "Trainer 'oslo' has a newer update than that of round 4."],
            admitted.Refused.Select(refusal => refusal.Reason));
    }

    [Fact]
    public void Keep_UpdateOfOneExample_StillCountsForOne() =>
        Assert.Equal(1, new LateUpdatePolicy(9, 10).Admit(5, [], [new(Update("oslo", 1), 1)]).Updates[0].Examples);

    [Fact]
    public void Keep_UpdateWithControlVariate_IsDropped()
    {
        var admitted = new LateUpdatePolicy(9).Admit(5, [], [new(Update("oslo", 1) with { ControlDelta = [0] }, 4)]);
        Assert.Empty(admitted.Updates);
        Assert.Equal(UpdateFault.Late, Assert.Single(admitted.Refused).Fault);
    }

    [Fact]
    public void Admit_LateUpdateOfThisRound_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new LateUpdatePolicy(9).Admit(5, [], [new(Update("oslo", 1), 5)]));

    [Fact]
    public void Admit_PolicyOutOfBounds_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LateUpdatePolicy(-1).Admit(5, [], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LateUpdatePolicy(1, double.NaN).Admit(5, [], []));
    }

    private static TrainerUpdate Update(string trainer, long examples) => new(trainer, [1], examples, 1);
}
