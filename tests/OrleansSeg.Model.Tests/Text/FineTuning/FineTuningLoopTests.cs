using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Text.FineTuning;

public sealed class FineTuningLoopTests
{
    private const int Steps = 60;
    private static readonly FineTuningOptions Options = new() { LearningRate = 5e-3, WeightDecay = 0, Threads = 1 };

    [Fact]
    public void EveryWay_LearnsToTellTokens_AndTrainsOnlyItsOwnWeights()
    {
        var full = Train(Options);
        Assert.True(full.Losses[^1] < 0.3 * full.Losses[0], $"{full.Losses[0]} to {full.Losses[^1]}");
        foreach (var kind in Enum.GetValues<AdapterKind>())
        {
            var (losses, trained, _, encoderChanged) = Train(Options with { LearningRate = 2e-2, Adapter = new AdapterOptions { Kind = kind, Rank = 4, Dropout = 0, Targets = AdapterOptions.AllTargets } });
            Assert.True(losses[^1] < 0.7 * losses[0], $"{kind}: {losses[0]} to {losses[^1]}");
            Assert.True(trained < full.Trained / 2);
            Assert.Empty(encoderChanged);
        }
    }

    [Fact]
    public void FrozenLayers_StayToTheBit_AndTheOthersMove()
    {
        var (_, _, _, changed) = Train(Options with { FrozenLayers = 1 });
        Assert.NotEmpty(changed);
        Assert.All(changed, name => Assert.StartsWith("encoder.layer.1.", name, StringComparison.Ordinal));
    }

    [Fact]
    public void SameSeedTwice_GivesTheSameWeights()
    {
        var options = Options with { Adapter = new AdapterOptions { Kind = AdapterKind.AdaLora, Dropout = 0.2 } };
        Assert.Equal(Train(options).Head, Train(options).Head);
        Assert.NotEqual(Train(options).Head, Train(options with { Seed = 2 }).Head);
    }

    [Fact]
    public void HalvesSummedUp_StepLikeTheWhole()
    {
        using var fixedThreads = TorchThreads.Fix(1);
        var whole = Step(1, batch => [batch]);
        var halves = Step(2, batch => [Rows(batch, 0, 2), Rows(batch, 2, 2)]);

        // Every weight steps by about the learning rate; where the gradient is next to nothing, the last digits decide.
        Assert.All(whole.Zip(halves), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
        Assert.True(whole.Zip(Step(1, _ => []), (x, y) => Math.Abs(x - y)).Max() > 4e-3);
    }

    [Fact]
    public void LowerLayers_LearnSlower()
    {
        using var encoder = SmallEncoder.Create();
        using var head = SmallEncoder.CreateHead();
        var groups = TrainedWeights.Choose(encoder, head, null, new FineTuningOptions { LayerDecay = 0.5 });
        Assert.Equal([1, 0.5, 0.25], groups.Select(group => group.RateShare).Distinct());
        Assert.All(groups, group => Assert.Equal(group.Weights[0].dim() > 1 ? 0.01 : 0, group.WeightDecay));
        Assert.Equal(encoder.parameters().Sum(weight => weight.numel()) + head.parameters().Sum(weight => weight.numel()), groups.Sum(group => group.Weights.Sum(weight => weight.numel())));
    }

    [Theory]
    [InlineData(0, "Epochs must be 1 to 1000, not 0.")]
    [InlineData(1, "LayerDecay must be above 0 to 1, not 2.")]
    [InlineData(2, "Rank must be 1 to 1024, not 0.")]
    public void OptionsOutOfBounds_AreRefusedByName(int which, string said)
    {
        FineTuningOptions[] wrong = [Options with { Epochs = 0 }, Options with { LayerDecay = 2 }, Options with { Adapter = new AdapterOptions { Rank = 0 } }];
        Assert.Equal(said, Assert.Throws<ArgumentException>(wrong[which].Check).Message);
    }

    // The label of a token is its id modulo three: easy from the token table, and through layers.
    private static Tensor Labels(TokenBatch batch)
    {
        using var three = 3L.ToScalar();
        return batch.Ids.remainder(three);
    }

    private static Tensor Loss(BertEncoder encoder, TokenHead head, TokenBatch batch, FineTuningLoop loop, TextAdapter? adapter)
    {
        var logits = head.Forward(encoder.Forward(batch, loop.Dropout, adapter), loop.Dropout);
        return nn.functional.cross_entropy(logits.flatten(0, 1), Labels(batch).flatten());
    }

    private static (List<double> Losses, long Trained, float[] Head, List<string> EncoderChanged) Train(FineTuningOptions options)
    {
        using var fixedThreads = TorchThreads.Fix(1);
        using var encoder = SmallEncoder.Create();
        using var head = SmallEncoder.CreateHead();
        using var adapter = options.Adapter is null ? null : new TextAdapter(encoder, options.Adapter, options.Seed);
        using var loop = new FineTuningLoop(encoder, head, adapter, options, Steps);
        var before = encoder.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.data<float>().ToArray());
        var losses = new List<double>();
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            using var batch = SmallEncoder.Batch(step, texts: 8);
            losses.Add(loop.Learn(Loss(encoder, head, batch, loop, adapter), isLast: step == Steps - 1));
        }

        var changed = encoder.named_parameters().Where(pair => !pair.parameter.data<float>().ToArray().AsSpan().SequenceEqual(before[pair.name])).Select(pair => pair.name).ToList();
        return (losses, loop.TrainedCount, [.. head.parameters().SelectMany(weight => weight.data<float>().ToArray())], changed);
    }

    private static float[] Step(int accumulation, Func<TokenBatch, List<TokenBatch>> split)
    {
        using var encoder = SmallEncoder.Create();
        using var head = SmallEncoder.CreateHead();
        using var loop = new FineTuningLoop(encoder, head, null, Options with { Accumulation = accumulation, WarmUp = 0 }, accumulation);
        using var batch = SmallEncoder.Batch(5);
        var parts = split(batch);
        foreach (var part in parts)
        {
            using var scope = NewDisposeScope();
            loop.Learn(Loss(encoder, head, part, loop, null), isLast: false);
        }

        return [.. encoder.parameters().SelectMany(weight => weight.data<float>().ToArray())];
    }

    private static TokenBatch Rows(TokenBatch batch, int from, int count) => TokenBatch.Of(
        [.. Enumerable.Range(from, count).Select(row => batch.Ids[row].data<long>().Select(id => (int)id).ToArray())], 0);
}
