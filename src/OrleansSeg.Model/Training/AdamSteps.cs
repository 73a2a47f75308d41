using OrleansSeg.Model.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training;

/// <summary>Adam with decoupled weight decay; without decay it is plain Adam.</summary>
/// <remarks>
/// Kingma and Ba 2015, arXiv:1412.6980; Loshchilov and Hutter 2019, arXiv:1711.05101. The same operations in the same order as torch's, and the same weights to
/// the bit; its numbers live as long as the calls that read them (<see cref="Native.TensorNumbers"/>).
/// </remarks>
internal sealed class AdamSteps : IWeightSteps
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private readonly List<(TrainedGroup Group, List<Moments> Weights)> _groups;
    private readonly Scalar _beta1 = Beta1.ToScalar();
    private readonly Scalar _beta2 = Beta2.ToScalar();
    private readonly Scalar _rest1 = (1 - Beta1).ToScalar();
    private readonly Scalar _rest2 = (1 - Beta2).ToScalar();
    private readonly Scalar _epsilon = Epsilon.ToScalar();

    /// <summary>Makes an optimizer that remembers nothing yet.</summary>
    public AdamSteps(IEnumerable<TrainedGroup> groups) =>
        _groups = [.. groups.Select(group => (group, group.Weights.Select(weight => new Moments(weight)).ToList()))];

    /// <inheritdoc />
    public void Step(double rate)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var (group, weights) in _groups)
        {
            using var decay = (1 - (rate * group.RateShare * group.WeightDecay)).ToScalar();
            foreach (var moments in weights)
            {
                Step(moments, rate * group.RateShare, decay);
            }
        }
    }

    /// <inheritdoc />
    public void ZeroGradients()
    {
        foreach (var moments in _groups.SelectMany(group => group.Weights))
        {
            moments.Weight.grad = null;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var moments in _groups.SelectMany(group => group.Weights))
        {
            moments.Mean.Dispose();
            moments.Square.Dispose();
        }

        foreach (var scalar in new[] { _beta1, _beta2, _rest1, _rest2, _epsilon })
        {
            scalar.Dispose();
        }
    }

    private void Step(Moments moments, double rate, Scalar decay)
    {
        if (moments.Weight.grad is not { } gradient)
        {
            return;
        }

        moments.Steps++;
        using var deviation = Math.Sqrt(1 - Math.Pow(Beta2, moments.Steps)).ToScalar();
        using var step = (-(rate / (1 - Math.Pow(Beta1, moments.Steps)))).ToScalar();
        moments.Weight.mul_(decay);
        moments.Mean.mul_(_beta1).add_(gradient, _rest1);
        moments.Square.mul_(_beta2).addcmul_(gradient, gradient, _rest2);
        moments.Weight.addcdiv_(moments.Mean, moments.Square.sqrt().div(deviation).AddInPlace(_epsilon), step);
    }

    private sealed class Moments(Parameter weight)
    {
        public Parameter Weight => weight;

        public Tensor Mean { get; } = zeros_like(weight, requires_grad: false).DetachFromDisposeScope();

        public Tensor Square { get; } = zeros_like(weight, requires_grad: false).DetachFromDisposeScope();

        public long Steps { get; set; }
    }
}
