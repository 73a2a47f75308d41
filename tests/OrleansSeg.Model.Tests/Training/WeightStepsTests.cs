using OrleansSeg.Model.Native;
using OrleansSeg.Model.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Training;

/// <remarks>Alone, because torch's own optimizers make numbers that a collection may free too early.</remarks>
[Collection(nameof(WeightStepsTests))]
[CollectionDefinition(nameof(WeightStepsTests), DisableParallelization = true)]
public sealed class WeightStepsTests
{
    [Fact]
    public void AdamSteps_AreTorchs_ToTheBit()
    {
        var expected = Run(weights => optim.AdamW(
            [new AdamW.ParamGroup([weights[0]], lr: 1e-2, weight_decay: 0.1), new AdamW.ParamGroup([weights[1]], lr: 1e-2 * 0.25)]));
        var found = Run(weights => new AdamSteps([new TrainedGroup([weights[0]], 1, 0.1), new TrainedGroup([weights[1]], 0.25, 0)]), 1e-2);
        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void GradientSteps_AreTorchs_ToTheBit(double decay)
    {
        var expected = Run(weights => optim.SGD(weights, 1e-2, weight_decay: decay));
        var found = Run(weights => new GradientSteps([new TrainedGroup(weights, 1, decay)]), 1e-2);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void WeightWithoutAGradient_Stays()
    {
        LibTorch.EnsureLoadable();
        using var weight = new Parameter(ones(3));
        using var steps = new AdamSteps([new TrainedGroup([weight], 1, 0.5)]);
        steps.Step(1);
        Assert.Equal([1, 1, 1], weight.data<float>().ToArray());
        (weight * weight).sum().backward();
        steps.ZeroGradients();
        steps.Step(1);
        Assert.Equal([1, 1, 1], weight.data<float>().ToArray());
    }

    [Fact]
    public async Task CollectionsOnAnotherThread_DoNotFreeANumberThatACallReads()
    {
        // With operators and torch's own optimizer in place of these, this ended within a few thousand steps.
        using var stop = new CancellationTokenSource();
        var collecting = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        try
        {
            Assert.All(Run(weights => new AdamSteps([new TrainedGroup(weights, 1, 0.1)]), 1e-3, steps: 3_000), value => Assert.True(float.IsFinite(value)));
        }
        finally
        {
            await stop.CancelAsync();
            await collecting;
        }
    }

    private static float[] Run(Func<Parameter[], optim.Optimizer> create)
    {
        var weights = Draw();
        using var optimizer = create(weights);
        return Run(weights, 50, () =>
        {
            optimizer.step();
            optimizer.zero_grad();
        });
    }

    private static float[] Run(Func<Parameter[], IWeightSteps> create, double rate, int steps = 50)
    {
        var weights = Draw();
        using var optimizer = create(weights);
        return Run(weights, steps, () =>
        {
            optimizer.Step(rate);
            optimizer.ZeroGradients();
        });
    }

    private static float[] Run(Parameter[] weights, int steps, Action step)
    {
        using var fixedThreads = TorchThreads.Fix(1);
        using var random = new Generator(7);
        for (var i = 0; i < steps; i++)
        {
            using var scope = NewDisposeScope();
            var input = randn(5, 4, generator: random);
            var outputs = input.matmul(weights[0]).Plus(weights[1]).tanh().Times(0.5);
            (outputs * outputs).sum().backward();
            step();
        }

        return [.. weights.SelectMany(weight => weight.data<float>().ToArray())];
    }

    private static Parameter[] Draw()
    {
        LibTorch.EnsureLoadable();
        using var random = new Generator(3);
        return [new Parameter(randn(4, 6, generator: random)), new Parameter(randn(6, generator: random))];
    }
}
