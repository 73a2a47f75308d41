using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

public sealed class TunedModelTests
{
    private static readonly LabelledData Data = SmallShopData.Data;

    [Fact]
    public void MembersOfStepsAlone_AreFittedAgain_AndTheOthersStayAsValidationChoseThem()
    {
        using var trained = Tune(SequenceEncoderKind.Transformer, SequenceEncoderKind.GruAlone);
        var tuned = WithShares(trained, 0.5, 0.5);
        using var finished = tuned.Finish(Data.Matured, refit: false, 1, null, default)!;
        var (before, after) = (WeightsOf(tuned.Model), WeightsOf(finished));
        Assert.All(before, weight => Assert.Equal(SegmentNetwork.MemberOf(weight.Key) == 0, weight.Value.SequenceEqual(after[weight.Key])));
        Assert.Same(tuned.Model.Calibration, finished.Calibration);
        Assert.Equal(tuned.Model.DecisionWeights.ToArray(), finished.DecisionWeights.ToArray());
        Assert.Equal(before["members.0.fuse.weight"], WeightsOf(tuned.Model)["members.0.fuse.weight"]);
        using var again = tuned.Finish(Data.Matured, refit: false, 1, null, default)!;
        Assert.Equal(WeightLayout.Of(finished.Network).Read(finished.Network), WeightLayout.Of(again.Network).Read(again.Network));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AMemberFittedAgain_CountsAsValidationSaid(bool refit)
    {
        using var trained = Tune(SequenceEncoderKind.None, SequenceEncoderKind.GruAlone);
        var (alike, more) = (HeadsAt(0.5), HeadsAt(0.75));
        Assert.All(alike.Index(), head => Assert.Equal(1.5f * head.Item, more[head.Index], 1e-5f));

        float[] HeadsAt(double share)
        {
            using var finished = WithShares(trained, 1 - share, share).Finish(Data.Matured, refit, 1, null, default)!;
            var weights = WeightsOf(finished);
            return [.. new[] { "segment", "churn", "spend" }.SelectMany(head => weights[$"members.1.{head}.weight"])];
        }
    }

    [Fact]
    public void AMemberThatCountsForNothing_IsNotFittedAgain()
    {
        using var trained = Tune(SequenceEncoderKind.None, SequenceEncoderKind.GruAlone);
        Assert.Null(WithShares(trained, 1, 0).Finish(Data.Matured, refit: false, 1, null, default));
    }

    [Fact]
    public void AModelWithoutSuchMembers_IsLeftAsItIs_UnlessAllOfItIsWanted()
    {
        using var tuned = Tune(SequenceEncoderKind.None);
        Assert.Null(tuned.Finish(Data.Matured, refit: false, 1, null, default));
        using var finished = tuned.Finish(Data.Matured, refit: true, 1, null, default)!;
        Assert.NotEqual(WeightsOf(tuned.Model)["members.0.fuse.bias"], WeightsOf(finished)["members.0.fuse.bias"]);
    }

    private static TunedModel Tune(params SequenceEncoderKind[] encoders) =>
        SmallShopData.Trainer(2, encoders).Tune(Data.Training, Data.Validation, 1, null, default);

    /// <summary>As if validation had said so; what was trained is disposed with the first.</summary>
    private static TunedModel WithShares(TunedModel trained, params double[] shares) =>
        new(trained.Model, new() { EpochsMax = 1, BatchSize = 64 }, 1, new MemberShares([.. shares]), "model");

    private static Dictionary<string, float[]> WeightsOf(SegmentModel model)
    {
        var layout = WeightLayout.Of(model.Network);
        var values = layout.Read(model.Network);
        return layout.Entries.ToDictionary(entry => entry.Name, entry => values[entry.Offset..(entry.Offset + entry.Length)]);
    }
}
