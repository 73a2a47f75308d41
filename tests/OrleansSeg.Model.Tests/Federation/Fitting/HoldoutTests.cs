using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Tests.Training;

namespace OrleansSeg.Model.Tests.Federation.Fitting;

public sealed class HoldoutTests
{
    [Fact]
    public void ItsShare_IsATenth_AndEachSiteHasItsOwn()
    {
        var here = Enumerable.Range(0, 20_000).Where(i => Holdout.Contains("shop", $"c{i}")).ToHashSet();
        var there = Enumerable.Range(0, 20_000).Where(i => Holdout.Contains("other", $"c{i}")).ToHashSet();
        Assert.InRange(here.Count, 1_870, 2_130);
        Assert.InRange(here.Intersect(there).Count(), 140, 260);
    }

    [Fact]
    public void WhoBelongsToIt_NeverChanges() =>
        Assert.Equal([0, 8, 9, 17, 26], Enumerable.Range(0, 30).Where(i => Holdout.Contains("shop", $"c{i}")));

    [Fact]
    public async Task ALocalReading_KeepsItApart()
    {
        var data = new LocalData("shop", SmallShop.Source(SmallShop.Histories()));
        var plan = DataPlan.Of(await data.MeasureAsync(default), SmallShop.Plan);
        var scheme = new SegmentScheme(SegmentScheme.PredictiveName, PredictiveLabels.All, plan.Horizon, 100m);
        var read = await data.ReadAsync(plan, scheme, default);
        var held = await data.ReadHoldoutAsync(plan, scheme, default);
        Assert.All(read.Training.Examples.Concat(read.Validation.Examples), example => Assert.False(Holdout.Contains("shop", example.CustomerId)));
        Assert.All(held.Examples, example => Assert.True(Holdout.Contains("shop", example.CustomerId)));
        Assert.NotEmpty(held.Examples);
        Assert.All(read.Validation.Examples.Concat(held.Examples), example => Assert.Equal(plan.ValidationCutoff, example.Input.AsOf));
    }

    [Fact]
    public async Task WhatTheHoldoutDoes_ChangesNothingThatIsFitted()
    {
        var histories = SmallShop.Histories();
        var without = histories.Where(history => !Holdout.Contains("shop", history.CustomerId)).ToList();
        Assert.NotEqual(histories.Count, without.Count);
        var (one, other) = (new LocalData("shop", SmallShop.Source(histories)), new LocalData("shop", SmallShop.Source(without)));
        Assert.Equal(await one.MeasureAsync(default), await other.MeasureAsync(default));
        var plan = DataPlan.Of(await one.MeasureAsync(default), SmallShop.Plan);
        Assert.Equal((await one.CountAsync(plan, default)).ToBytes(), (await other.CountAsync(plan, default)).ToBytes());
    }
}
