using OrleansSeg.Model.Native;
using OrleansSeg.Model.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>A strategy's part in local steps: the pull towards the global weights, the correction of gradients, and the mean of the uncorrected ones.</summary>
/// <remarks>
/// Li et al. 2020, arXiv:1812.06127 (FedProx) and Karimireddy et al. 2020, arXiv:1910.06378 (SCAFFOLD). The new control variate is the mean
/// of the gradients that the round's steps saw, before correction: with plain gradient descent that is the paper's option II, and it holds
/// for adaptive optimizers and changing rates too. Sites' own weights are neither pulled nor corrected.
/// </remarks>
internal sealed class LocalStepRule : IStepRule, IDisposable
{
    private readonly double _proximalWeight;
    private readonly Dictionary<string, Tensor> _global = [];
    private readonly Dictionary<string, Tensor> _correction = [];
    private readonly Dictionary<string, Tensor> _sums = [];
    private readonly WeightSubset _shared;
    private int _steps;

    /// <summary>Prepares the rule.</summary>
    public LocalStepRule(WeightSubset shared, LocalRound round)
    {
        (_shared, _proximalWeight) = (shared, round.Rule.ProximalWeight);
        Split(round.Weights, _proximalWeight > 0 ? _global : null, "weights");
        Split(round.Rule.Correction, _correction, "correction");
        Split(round.Control is { } control ? new float[control.Length] : null, _sums, "control variate");
    }

    /// <inheritdoc />
    public void Apply(IReadOnlyList<(string Name, Parameter Weight)> weights)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        _steps++;
        foreach (var (name, weight) in weights)
        {
            if (weight.grad is not { } gradient)
            {
                continue;
            }

            if (_sums.TryGetValue(name, out var sum))
            {
                sum.AddInPlace(gradient);
            }

            if (_correction.TryGetValue(name, out var correction))
            {
                gradient.AddInPlace(correction);
            }

            if (_global.TryGetValue(name, out var global))
            {
                gradient.AddInPlace((weight - global).Times(_proximalWeight));
            }
        }
    }

    /// <summary>(P) how the control variate changed; null where there is none.</summary>
    public float[]? ControlDelta(float[]? control)
    {
        if (control is null)
        {
            return null;
        }

        var (delta, at) = (new float[control.Length], 0);
        foreach (var entry in _shared.Entries)
        {
            foreach (var sum in _sums[entry.Name].data<float>())
            {
                delta[at] = (float)(((double)sum / Math.Max(1, _steps)) - control[at]);
                at++;
            }
        }

        return delta;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var tensor in _global.Values.Concat(_correction.Values).Concat(_sums.Values))
        {
            tensor.Dispose();
        }
    }

    private void Split(float[]? values, Dictionary<string, Tensor>? parts, string name)
    {
        if (values is null || parts is null)
        {
            return;
        }

        if (values.Length != _shared.Length)
        {
            throw new ArgumentException($"The {name} have {values.Length} numbers; {_shared.Length} travel.");
        }

        var at = 0;
        foreach (var entry in _shared.Entries)
        {
            parts.Add(entry.Name, tensor(values[at..(at + entry.Length)], [.. entry.Shape]).DetachFromDisposeScope());
            at += entry.Length;
        }
    }
}
