using OrleansSeg.Model.Features;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Text;
using OrleansSeg.Model.Training;
using OrleansSeg.Model.Training.PreTraining;
using TorchSharp;

namespace OrleansSeg.Model.Tests.Training;

public sealed class SequencePreTrainerTests
{
    private static readonly FeatureNormalizer Normalizer =
        FeatureNormalizer.Fit([.. SmallShopData.Data.Training.Examples.Select(example => example.Input.Aggregates)]);

    private static readonly NetworkConfig Shape = new()
    {
        Encoders = [SequenceEncoderKind.Transformer, SequenceEncoderKind.None], TextWidth = 0, AggregateWidth = Normalizer.Width,
        Segments = SmallShopData.Data.Scheme.Count, Hidden = 16, FusionWidth = 24,
    };

    private static readonly InputEncoder Encoder = new(Shape, SmallShopData.Data.Scheme, Normalizer, new NoTextEncoder(0));

    private static readonly List<CustomerInput> Customers =
        [.. SmallShopData.Data.Training.Examples.Select(example => example.Input).Where(input => input.Tokens.Length >= 4).Take(60)];

    [Theory]
    [InlineData(PreTrainingKind.Contrastive)]
    [InlineData(PreTrainingKind.Replaced)]
    [InlineData(PreTrainingKind.Masked)]
    public void Task_IsLearned_WithTheSameWeightsEachTime_AndHeadsUntouched(PreTrainingKind kind)
    {
        var told = new List<double>();
        using var one = Teach(kind, told);
        using var again = Teach(kind, []);
        using var untaught = new SegmentNetwork(Shape, 3);
        Assert.True(told[^1] < 0.98 * told[0], string.Join(' ', told));
        Assert.All(one.state_dict(), weight => Assert.Equal(Values(weight.Value), Values(again.state_dict()[weight.Key])));
        var changed = one.state_dict().Where(weight => !Values(weight.Value).SequenceEqual(Values(untaught.state_dict()[weight.Key]))).Select(weight => weight.Key).ToList();
        Assert.Contains(changed, name => name.StartsWith("members.0.sequence.", StringComparison.Ordinal));
        Assert.All(changed, name => Assert.Matches(@"^members\.0\.(type|category|step|sequence)\.", name));
    }

    [Fact]
    public void Slices_ArePartsOfTheSequence_SeenADayAfter()
    {
        var random = new Random(1);
        Assert.All(Customers, customer =>
        {
            var slice = ContrastiveTask.SliceOf(customer, random);
            var steps = customer.Tokens.ToArray();
            var at = Array.IndexOf(steps, slice.Tokens.Span[0]);
            Assert.InRange(slice.Tokens.Length, Math.Max(1, steps.Length / 4), steps.Length);
            Assert.Equal(steps[at..(at + slice.Tokens.Length)], slice.Tokens.ToArray());
            Assert.Equal(slice.Tokens.Span[^1].Timestamp.AddDays(1), slice.AsOf);
        });
    }

    [Fact]
    public void ReplacedSteps_AreOthers_AtTheSameTimes()
    {
        var (seen, replaced) = ReplacedTask.Replace(Customers, new Random(1));
        Assert.InRange(replaced.SelectMany(flags => flags).Average(flag => flag ? 1.0 : 0.0), 0.05, 0.3);
        foreach (var (customer, (after, flags)) in Customers.Zip(seen.Zip(replaced)))
        {
            Assert.Equal(customer.Tokens.ToArray().Select(step => step.Timestamp), after.Tokens.ToArray().Select(step => step.Timestamp));
            Assert.All(flags.Index().Where(flag => !flag.Item), flag => Assert.Same(customer.Tokens.Span[flag.Index], after.Tokens.Span[flag.Index]));
        }
    }

    private static SegmentNetwork Teach(PreTrainingKind kind, List<double> told)
    {
        var network = new SegmentNetwork(Shape, 3);
        var options = new PreTrainingOptions { Kind = kind, Epochs = 6, BatchSize = 64 };
        new SequencePreTrainer(Encoder, options, "test").Train(network, SmallShopData.Data.Training.Examples, 5, new SeenProgress(line => told.Add(line.TrainingLoss)), default);
        return network;
    }

    private static float[] Values(torch.Tensor weight) => weight.data<float>().ToArray();
}
