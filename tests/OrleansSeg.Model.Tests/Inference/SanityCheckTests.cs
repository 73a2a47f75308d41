using OrleansSeg.Model.Inference.Sanity;
using OrleansSeg.Model.Tests.Training;

namespace OrleansSeg.Model.Tests.Inference;

public sealed class SanityCheckTests
{
    private static readonly Lazy<ExplanationCheck> Measured = new(() =>
        new SanityChecks(SmallShopData.Model, seed: 5).Run([.. SmallShopData.Data.Test!.Examples.Take(20).Select(example => example.Input)], default));

    [Fact]
    public void Contributions_AddUp() => Assert.InRange(Measured.Value.CompletenessErrorMax, 0, 0.01);

    [Fact]
    public void RandomWeights_LeaveLittleOfTheAttributions()
    {
        Assert.InRange(Measured.Value.RandomWeights.Signed, -0.3, 0.3);
        Assert.InRange(Measured.Value.RandomWeights.Sizes, -0.3, 0.8);
    }

    [Fact]
    public void RemovingWhatSpeaksForTheDecision_UndoesItSoonerThanChance()
    {
        var deletion = Measured.Value.Deletion;
        Assert.Equal(deletion.ByContribution[0], deletion.ByChance[0], 5);
        Assert.Equal(deletion.ByContribution[^1], deletion.ByChance[^1], 5);
        Assert.True(deletion.AreaByContribution < 0.8 * deletion.AreaByChance, $"{deletion.AreaByContribution} against {deletion.AreaByChance}");
        Assert.True(deletion.Difference.High < 0, $"{deletion.Difference}");
    }

    [Theory]
    [InlineData(new[] { 1f, 2, 3 }, new[] { 10f, 20, 30 }, 1)]
    [InlineData(new[] { 1f, 2, 3 }, new[] { 3f, 2, 1 }, -1)]
    [InlineData(new[] { 1f, 1, 1 }, new[] { 3f, 2, 1 }, 0)]
    [InlineData(new[] { 1f, 1, 2, 3 }, new[] { 5f, 6, 7, 7 }, 0.8889)]
    public void RankCorrelation_SharesRanksOfEquals(float[] one, float[] other, double expected) =>
        Assert.Equal(expected, RankCorrelation.Of(one, other), 3);
}
