using OrleansSeg.Model.Features;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Text;
using TorchSharp;

namespace OrleansSeg.Model.Tests.Sequences;

public sealed class InputEncoderTests
{
    private static readonly FeatureNormalizer Normalizer =
        FeatureNormalizer.Fit([.. SmallShopData.Data.Training.Examples.Select(example => example.Input.Aggregates)]);

    private static readonly NetworkConfig Config = new()
    {
        TextWidth = 8, AggregateWidth = Normalizer.Width, Segments = SmallShopData.Data.Scheme.Count, Hidden = 16, FusionWidth = 24,
    };

    private static readonly InputEncoder Encoder = new(
        Config, SmallShopData.Data.Scheme, Normalizer, new TitleEncoder(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], new float[40], 8));

    [Fact]
    public void ACustomer_AmongOthers_ScoresAsAlone()
    {
        var inputs = SmallShopData.Data.Test!.Examples.Take(40).Select(example => example.Input).ToList();
        using var network = new SegmentNetwork(Config, seed: 3);
        using var quiet = torch.no_grad();
        using var together = Encoder.Encode(inputs);
        var batched = network.Forward(together).Segments.softmax(1).data<float>().ToArray();
        Assert.True(inputs.Select(input => input.Tokens.Length).Distinct().Count() > 3);
        for (var i = 0; i < inputs.Count; i++)
        {
            using var alone = Encoder.Encode([inputs[i]]);
            var single = network.Forward(alone).Segments.softmax(1).data<float>().ToArray();
            Assert.All(single.Zip(batched[(i * Config.Segments)..]), pair => Assert.Equal(pair.First, pair.Second, 5));
        }
    }

    [Fact]
    public void ACustomerWhoDidNothing_IsOneStepOfNothing()
    {
        using var batch = Encoder.Encode([new CustomerInput
        {
            AsOf = SmallShop.Start, Aggregates = AggregateFeatures.Compute(new LifetimeAggregates(), SmallShop.Start), Attributes = [], Tokens = default,
        }]);
        Assert.Equal([1L], batch.Lengths.data<long>().ToArray());
        Assert.Equal(0, batch.Numbers.abs().sum().item<float>());
        Assert.True(batch.Aggregates.isfinite().all().item<bool>());
    }

    [Fact]
    public void AbsurdAmounts_StayFinite()
    {
        var input = SmallShopData.Data.Test!.Examples[0].Input;
        var absurd = input with
        {
            Aggregates = [.. input.Aggregates.Select((value, i) => i % 3 == 0 ? float.PositiveInfinity : i % 3 == 1 ? -1e30f : float.NaN)],
            Tokens = new[] { input.Tokens.Span[0] with { Amount = 1e30f, Quantity = -5, Rating = 1e9f } },
        };
        using var batch = Encoder.Encode([absurd]);
        Assert.True(batch.Aggregates.isfinite().all().item<bool>() && batch.Numbers.isfinite().all().item<bool>());
    }
}
