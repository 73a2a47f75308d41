using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Federation.Training;

public sealed class CustomerClippingTests
{
    private const double NormMax = 0.05;

    // Without dropout a customer's gradient hangs on nothing but the customer.
    private static readonly SegmentModel Base = SmallRun.CreateBase(SmallRun.Shape with { Dropout = 0 });
    private static readonly IReadOnlyList<Example> Examples = [.. SmallRun.Examples.Training.Examples.GroupBy(e => e.CustomerId).Take(12).SelectMany(g => g)];

    [Fact]
    public void OneCustomerMoreOrLess_ChangesTheSumByAtMostTheBound()
    {
        var all = SumOf(Examples, out _);
        foreach (var customer in Examples.Select(example => example.CustomerId).Distinct().Take(4))
        {
            var without = SumOf([.. Examples.Where(example => example.CustomerId != customer)], out _);
            Assert.InRange(SmallRun.Norm(all.Zip(without, (x, y) => x - y)), NormMax * 0.2, NormMax * 1.0001);
        }
    }

    [Fact]
    public void WhatTheHookAdds_MovesTheWeights()
    {
        SumOf(Examples, out var plain);
        var noisy = Run(Examples, new CustomerClipping(NormMax, 12, (_, sum) => sum[0] += 12)).Update.Delta;
        var moved = plain.Zip(noisy, (x, y) => x - y).ToArray();
        Assert.Equal(0.1, moved[0], 1e-5);
        Assert.All(moved[1..], value => Assert.Equal(0, value, 1e-6f));
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

    private static float[] SumOf(IReadOnlyList<Example> examples, out float[] delta)
    {
        float[] seen = [];
        delta = Run(examples, new CustomerClipping(NormMax, 12, (_, sum) => seen = sum.ToArray())).Update.Delta;
        return seen;
    }

    private static LocalResult Run(IReadOnlyList<Example> examples, CustomerClipping clipping)
    {
        var trainer = SmallRun.Trainer(examples: SmallRun.Examples with { Training = SmallRun.Examples.Training with { Examples = examples } }, baseModel: Base);
        var network = new NetworkTrainingOptions { AveragingDecay = 0, Optimizer = OptimizerKind.Sgd, LearningRate = 0.1, WeightDecay = 0 };
        return trainer.Run(SmallRun.Round(trainer, Base) with { Options = new LocalOptions { Network = network, Clipping = clipping, StepsMax = 1 } }, default);
    }
}
