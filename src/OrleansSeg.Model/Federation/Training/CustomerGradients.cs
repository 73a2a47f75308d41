using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>Gradients that are sums over customers, each clipped; see <see cref="CustomerClipping"/>.</summary>
internal sealed class CustomerGradients : IStepGradients
{
    private readonly CustomerClipping _clipping;
    private readonly Example[][] _customers;
    private readonly Random _draws;
    private readonly double _share;
    private int _step;

    /// <summary>Groups examples by customer.</summary>
    public CustomerGradients(IReadOnlyList<Example> examples, CustomerClipping clipping, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clipping.NormMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(clipping.CustomersPerStep, 1);
        _clipping = clipping;
        _customers = [.. examples.GroupBy(example => example.CustomerId, StringComparer.Ordinal).Select(group => group.ToArray())];
        _share = Math.Min(1, clipping.CustomersPerStep / _customers.Length);
        _draws = new Random(seed);
    }

    /// <inheritdoc />
    public int StepsPerEpoch => (int)Math.Ceiling(1 / _share);

    /// <inheritdoc />
    public IEnumerable<IReadOnlyList<Example>> NextEpoch()
    {
        for (var step = 0; step < StepsPerEpoch; step++)
        {
            yield return [.. _customers.Where(_ => _draws.NextDouble() < _share).SelectMany(customer => customer)];
        }
    }

    /// <inheritdoc />
    public double Compute(
        SegmentNetwork network,
        InputEncoder encoder,
        IReadOnlyList<Example> examples,
        NetworkTrainingOptions options,
        Generator dropout,
        IReadOnlyList<(string Name, Parameter Weight)> weights)
    {
        var sum = new float[weights.Sum(weight => weight.Weight.numel())];
        var (losses, customers) = (0.0, 0);
        foreach (var customer in examples.GroupBy(example => example.CustomerId, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            network.zero_grad();
            var loss = NetworkLoss.Of(network, encoder, [.. customer], options, dropout);
            loss.backward();
            AddTo(sum, weights);
            losses += loss.item<float>();
            customers++;
        }

        _clipping.Perturb?.Invoke(_step++, sum);
        Put(sum, 1 / (_share * _customers.Length), weights);
        return customers == 0 ? 0 : losses / customers;
    }

    private void AddTo(float[] sum, IReadOnlyList<(string Name, Parameter Weight)> weights)
    {
        var (gradients, squares) = (new List<float[]>(weights.Count), 0.0);
        foreach (var (_, weight) in weights)
        {
            var gradient = weight.grad is { } known ? known.data<float>().ToArray() : new float[weight.numel()];
            gradients.Add(gradient);
            foreach (var value in gradient)
            {
                squares += (double)value * value;
            }
        }

        var scale = (float)Math.Min(1, _clipping.NormMax / Math.Max(Math.Sqrt(squares), 1e-12));
        var at = 0;
        foreach (var value in gradients.SelectMany(gradient => gradient))
        {
            sum[at++] += value * scale;
        }
    }

    private static void Put(float[] sum, double scale, IReadOnlyList<(string Name, Parameter Weight)> weights)
    {
        var at = 0;
        foreach (var (_, weight) in weights)
        {
            var length = (int)weight.numel();
            weight.grad = tensor(Array.ConvertAll(sum[at..(at + length)], value => (float)(value * scale)), weight.shape);
            at += length;
        }
    }
}
