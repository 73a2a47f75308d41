using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training;

/// <summary>Steps straight along the gradients, with decay in them: SGD without momentum, as torch's to the bit.</summary>
internal sealed class GradientSteps(IReadOnlyList<TrainedGroup> groups) : IWeightSteps
{
    /// <inheritdoc />
    public void Step(double rate)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var group in groups)
        {
            using var step = (-(rate * group.RateShare)).ToScalar();
            using var decay = group.WeightDecay.ToScalar();
            foreach (var weight in group.Weights)
            {
                if (weight.grad is { } gradient)
                {
                    weight.add_(group.WeightDecay == 0 ? gradient : gradient.add(weight, decay), step);
                }
            }
        }
    }

    /// <inheritdoc />
    public void ZeroGradients()
    {
        foreach (var weight in groups.SelectMany(group => group.Weights))
        {
            weight.grad = null;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
    }
}
