using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Text;
using OrleansSeg.Model.Training;
using TorchSharp;

namespace OrleansSeg.Model.Tests.Sequences;

public sealed class SegmentNetworkTests
{
    private static readonly FeatureNormalizer Normalizer =
        FeatureNormalizer.Fit([.. SmallShopData.Data.Training.Examples.Select(example => example.Input.Aggregates)]);

    private static readonly NetworkConfig Shape = new()
    {
        TextWidth = 0, AggregateWidth = Normalizer.Width, Segments = SmallShopData.Data.Scheme.Count, Hidden = 16, FusionWidth = 24,
    };

    private static readonly List<CustomerInput> Inputs = [.. SmallShopData.Data.Test!.Examples.Take(30).Select(example => example.Input)];

    [Theory]
    [InlineData(SequenceEncoderKind.Gru)]
    [InlineData(SequenceEncoderKind.Transformer)]
    public void MadeInAScope_OutlivesItWithEveryWeight(SequenceEncoderKind encoder)
    {
        var scope = torch.NewDisposeScope();
        using var inside = new SegmentNetwork(Shape with { Encoders = [encoder] }, 3);
        scope.Dispose();
        using var outside = new SegmentNetwork(Shape with { Encoders = [encoder] }, 3);
        Assert.Equal(Names(outside), Names(inside));

        static string[] Names(SegmentNetwork network) => [.. WeightLayout.Of(network).Entries.Select(entry => entry.Name)];
    }

    [Theory]
    [InlineData(SequenceEncoderKind.Gru)]
    [InlineData(SequenceEncoderKind.Transformer)]
    [InlineData(SequenceEncoderKind.None)]
    [InlineData(SequenceEncoderKind.Gru, SequenceEncoderKind.Transformer, SequenceEncoderKind.None, SequenceEncoderKind.GruAlone)]
    public void ACustomer_AmongOthers_ScoresAsAlone(params SequenceEncoderKind[] encoders)
    {
        using var network = new SegmentNetwork(Shape with { Encoders = [.. encoders] }, 3);
        var encoder = EncoderOf(Shape);
        var together = NetworkForecasts.Run(network, encoder, Inputs);
        Assert.All(Inputs.Index(), pair =>
        {
            var alone = NetworkForecasts.Run(network, encoder, [pair.Item])[0];
            Assert.All(alone.Logits.Zip(together[pair.Index].Logits), logits => Assert.Equal(logits.First, logits.Second, 1e-4f));
        });
    }

    [Fact]
    public void Members_BeginApart_AndAreAveraged()
    {
        using var network = new SegmentNetwork(Shape with { Encoders = [SequenceEncoderKind.Gru, SequenceEncoderKind.Gru] }, 3);
        using var first = new SegmentNetwork(Shape, 3);
        using var quiet = torch.no_grad();
        using var batch = EncoderOf(Shape).Encode(Inputs);
        var each = network.Members.Select(member => member.Forward(batch, null).Churn.data<float>().ToArray()).ToList();
        Assert.Equal(first.Forward(batch).Churn.data<float>().ToArray(), each[0]);
        Assert.NotEqual(each[0], each[1]);
        Assert.All(
            network.Forward(batch).Churn.data<float>().ToArray().Index(),
            pair => Assert.Equal((each[0][pair.Index] + each[1][pair.Index]) / 2, pair.Item, 1e-5f));
    }

    [Theory]
    [InlineData(SequenceEncoderKind.Transformer)]
    [InlineData(SequenceEncoderKind.Gru, SequenceEncoderKind.Transformer, SequenceEncoderKind.None)]
    public void Contributions_AddUpToTheScore(params SequenceEncoderKind[] encoders)
    {
        using var network = new SegmentNetwork(Shape with { Encoders = [.. encoders] }, 3);
        using var batch = EncoderOf(Shape).Encode([Inputs.MaxBy(input => input.Tokens.Length)!]);
        var attribution = IntegratedGradients.Of(network, batch, 0, new Recalibration(1, [.. new double[Shape.Segments]]));
        var sum = attribution.Steps.Sum() + attribution.Aggregates.Sum() + attribution.Profile;
        Assert.Equal(attribution.Score - attribution.BaseValue, sum, 1e-3f * Math.Max(1, Math.Abs(attribution.Score - attribution.BaseValue)));
        Assert.Contains(attribution.Steps, contribution => contribution != 0);
    }

    [Theory]
    [InlineData(SequenceEncoderKind.Transformer)]
    [InlineData(SequenceEncoderKind.None)]
    public void EveryMember_Learns(SequenceEncoderKind kind)
    {
        var (train, validation) = (SmallShopData.Data.Training, SmallShopData.Data.Validation);
        var config = Shape with { Encoders = [kind] };
        var (trained, _) = new NetworkTrainer(EncoderOf(config), new NetworkTrainingOptions { EpochsMax = 2 }, "test").Train(config, train, validation, 1, null, default);
        using var network = trained;
        using var untrained = new SegmentNetwork(config, 1);
        Assert.True(NetworkForecasts.LogLoss(network, EncoderOf(config), validation) < NetworkForecasts.LogLoss(untrained, EncoderOf(config), validation) - 0.05);
    }

    [Theory]
    [InlineData(SequenceEncoderKind.Gru, false)]
    [InlineData(SequenceEncoderKind.GruAlone, true)]
    public void AMemberOfStepsAlone_HearsNothingOfAggregatesAndProfile(SequenceEncoderKind kind, bool isDeaf)
    {
        using var network = new SegmentNetwork(Shape with { Encoders = [kind] }, 3);
        var input = Inputs[0];
        var other = input with { Aggregates = [.. input.Aggregates.Select((value, i) => i == AggregateFeatures.Names.IndexOf("spend") ? value + 500 : value)], Attributes = ["tier=large"] };
        var heads = NetworkForecasts.Run(network, EncoderOf(Shape), [input, other]);
        Assert.Equal(isDeaf, heads[0].Logits.Zip(heads[1].Logits).All(logits => Math.Abs(logits.First - logits.Second) < 1e-5f));
    }

    [Fact]
    public void WeightsFromBeforeThereWereMembers_AreTheFirstMembers()
    {
        using var network = new SegmentNetwork(Shape, 3);
        using var loaded = new SegmentNetwork(Shape, 4);
        var stored = network.state_dict().ToDictionary(
            pair => SegmentNetwork.PartOf(pair.Key).Replace("sequence.", "", StringComparison.Ordinal), pair => StoredTensor.Of(pair.Value));
        Assert.Contains("recurrent.weight_ih_l0", stored.Keys);
        NetworkWeights.Load(loaded, stored);
        Assert.Equal(NetworkForecasts.Run(network, EncoderOf(Shape), Inputs)[7].Logits, NetworkForecasts.Run(loaded, EncoderOf(Shape), Inputs)[7].Logits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(true, SequenceEncoderKind.Gru, (SequenceEncoderKind)9)]
    [InlineData(false, SequenceEncoderKind.None)]
    public void Shapes_ThatReadNothing_AreRefused(bool aggregates, params SequenceEncoderKind[] encoders) =>
        Assert.Throws<InvalidDataException>(() => (Shape with { UseAggregates = aggregates, Encoders = [.. encoders] }).Check());

    private static InputEncoder EncoderOf(NetworkConfig config) => new(config, SmallShopData.Data.Scheme, Normalizer, new NoTextEncoder(0));
}
