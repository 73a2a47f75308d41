using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Tests.Federation.SecureAggregation;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Federation.Training;

public sealed class CustomerClippingTests
{
    private const double NormMax = 0.05;
    private const double Rate = 0.1;

    private static readonly SegmentModel Base = SmallRun.CreateBase(SmallRun.Shape);
    private static readonly IReadOnlyList<Example> Examples = [.. SmallRun.Examples.Training.Examples.GroupBy(e => e.CustomerId).Take(12).SelectMany(g => g)];

    [Fact]
    public void OneCustomerMoreOrLess_ChangesTheSumByAtMostTheBound_DropoutAndAll()
    {
        var all = SumOf(Examples, null);
        foreach (var customer in Examples.Select(example => example.CustomerId).Distinct().Take(4))
        {
            var without = SumOf([.. Examples.Where(example => example.CustomerId != customer)], null);
            Assert.InRange(SmallRun.Norm(all.Zip(without, (x, y) => x - y)), NormMax * 0.2, NormMax * 1.001);
        }
    }

    [Fact]
    public void OneCustomerMoreOrLess_UnderTheSameNoise_ChangesTheReleaseByAtMostTheBound()
    {
        var all = SumOf(Examples, Noise(1, 2, 12));
        var without = SumOf([.. Examples.Where(example => example.CustomerId != Examples[0].CustomerId)], Noise(1, 2, 12));
        Assert.InRange(SmallRun.Norm(all.Zip(without, (x, y) => x - y)), NormMax * 0.2, NormMax * 1.01);
    }

    [Fact]
    public void Noise_HasTheDeviationThatIsAskedFor_AndFollowsItsGenerator()
    {
        var plain = SumOf(Examples, null);
        var noisy = SumOf(Examples, Noise(3, 1, 12));
        var deviations = plain.Zip(noisy, (x, y) => (double)(y - x)).ToArray();
        Assert.InRange(Math.Sqrt(deviations.Average(value => value * value)), 3 * NormMax * 0.95, 3 * NormMax * 1.05);
        Assert.InRange(deviations.Average(), -3 * NormMax * 0.1, 3 * NormMax * 0.1);
        Assert.Equal(noisy, SumOf(Examples, Noise(3, 1, 12)));
        Assert.NotEqual(noisy, SumOf(Examples, Noise(3, 2, 12)));
    }

    [Fact]
    public void Chance_HangsOnTheCustomersThatWereCounted_NotOnThoseWhoAreThere()
    {
        var gradients = new CustomerGradients(Examples, new CustomerClipping(NormMax, 3, Noise(1, 1, 24)), 3);
        Assert.Equal(8, gradients.StepsPerEpoch);
        var drawn = Enumerable.Range(0, 100).SelectMany(_ => gradients.NextEpoch()).Average(lot => lot.Select(example => example.CustomerId).Distinct().Count());
        Assert.InRange(drawn, 1.3, 1.7);
    }

    [Fact]
    public void AStep_DrawsEveryCustomerWithTheSameChance()
    {
        var gradients = new CustomerGradients(SmallRun.Examples.Training.Examples, new CustomerClipping(NormMax, 20), 3);
        var customers = SmallRun.Examples.Training.Examples.Select(example => example.CustomerId).Distinct().Count();
        Assert.Equal((int)Math.Ceiling(customers / 20.0), gradients.StepsPerEpoch);
        var drawn = Enumerable.Range(0, 50).SelectMany(_ => gradients.NextEpoch()).Select(lot => lot.Select(example => example.CustomerId).Distinct().Count()).ToList();
        Assert.InRange(drawn.Average(), 19, 21);
        Assert.True(drawn.Max() > 25 && drawn.Min() < 15);
    }

    private static CustomerNoise Noise(double multiplier, ulong seed, long customers) =>
        new(multiplier, customers, new SeededGenerator(seed + 1000), new SeededGenerator(seed));

    /// <summary>The sum of one step that draws everybody, from how far plain gradient descent went.</summary>
    private static float[] SumOf(IReadOnlyList<Example> examples, CustomerNoise? noise)
    {
        var trainer = SmallRun.Trainer(examples: SmallRun.Examples with { Training = SmallRun.Examples.Training with { Examples = examples } }, baseModel: Base);
        var network = new NetworkTrainingOptions { AveragingDecay = 0, Optimizer = OptimizerKind.Sgd, LearningRate = Rate, WeightDecay = 0 };
        var clipping = new CustomerClipping(NormMax, 12, noise);
        var delta = trainer.Run(SmallRun.Round(trainer, Base) with { Options = new LocalOptions { Network = network, Clipping = clipping, StepsMax = 1 } }, default).Update.Delta;
        var divisor = noise?.Customers ?? examples.Select(example => example.CustomerId).Distinct().Count();
        return Array.ConvertAll(delta, value => (float)(-value * divisor / Rate));
    }
}
