using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>Gradients that are sums over customers, each clipped; see <see cref="CustomerClipping"/>.</summary>
/// <remarks>A customer's gradient hangs on the weights and the customer alone: not even its dropout on who else was drawn.</remarks>
internal sealed class CustomerGradients : IStepGradients
{
    private readonly CustomerClipping _clipping;
    private readonly Example[][] _customers;
    private readonly int _seed;
    private readonly Random _draws;
    private readonly double _share;
    private readonly double _expected;
    private int _step;

    /// <summary>Groups examples by customer.</summary>
    public CustomerGradients(IReadOnlyList<Example> examples, CustomerClipping clipping, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clipping.NormMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(clipping.CustomersPerStep, 1);
        (_clipping, _seed, _draws) = (clipping, seed, new Random(seed));
        _customers = [.. examples.GroupBy(example => example.CustomerId, StringComparer.Ordinal).Select(group => group.ToArray())];
        var counted = clipping.Noise?.Customers ?? _customers.Length;
        _share = CustomerClipping.RateOf(clipping.CustomersPerStep, counted);
        _expected = _share * counted;
        StepsPerEpoch = CustomerClipping.StepsOf(clipping.CustomersPerStep, counted);
    }

    /// <inheritdoc />
    public int StepsPerEpoch { get; }

    /// <inheritdoc />
    public IEnumerable<IReadOnlyList<Example>> NextEpoch()
    {
        for (var step = 0; step < StepsPerEpoch; step++)
        {
            yield return [.. Draw().SelectMany(customer => customer)];
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
        var sum = NewSum((int)weights.Sum(weight => weight.Weight.numel()));
        var (losses, customers) = (0.0, 0);
        foreach (var customer in examples.GroupBy(example => example.CustomerId, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            network.zero_grad();
            dropout.manual_seed(unchecked((long)(StableHash.Of(customer.Key, ((long)_step << 32) ^ (uint)_seed) >> 1)));
            var loss = NetworkLoss.Of(network, encoder, [.. customer], options, dropout);
            loss.backward();
            sum.Add(Gradient(weights));
            losses += loss.item<float>() / network.Members.Count;
            customers++;
        }

        _step++;
        Put(sum.Release(), 1 / _expected, weights);
        return customers == 0 ? 0 : losses / customers;
    }

    private IEnumerable<Example[]> Draw() => _clipping.Noise is { } noise
        ? CustomerSampling.Poisson(_customers.Length, _share, noise.Draws).Select(index => _customers[index])
        : _customers.Where(_ => _draws.NextDouble() < _share);

    private IGradientSum NewSum(int length) => _clipping.Noise is { } noise
        ? new NoisedSum(new GaussianMechanism(_clipping.NormMax, noise.Multiplier), noise, length)
        : new PlainSum(_clipping.NormMax, length);

    private static float[] Gradient(IReadOnlyList<(string Name, Parameter Weight)> weights) =>
        [.. weights.SelectMany(weight => weight.Weight.grad is { } known ? known.data<float>().ToArray() : new float[weight.Weight.numel()])];

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

    private interface IGradientSum
    {
        void Add(float[] gradient);

        float[] Release();
    }

    /// <summary>Clipped in whole steps of a grid, so that one customer moves it by the clip norm at most, exactly.</summary>
    private sealed class NoisedSum(GaussianMechanism mechanism, CustomerNoise noise, int length) : IGradientSum
    {
        private readonly ClippedSum _sum = mechanism.NewSum(length);

        public void Add(float[] gradient) => _sum.Add(gradient);

        public float[] Release() => mechanism.Release(_sum, noise.Random);
    }

    private sealed class PlainSum(double normMax, int length) : IGradientSum
    {
        private readonly float[] _sum = new float[length];

        public void Add(float[] gradient)
        {
            var scale = (float)Math.Min(1, normMax / Math.Max(ClippedSum.Norm(gradient), 1e-12));
            for (var at = 0; at < _sum.Length; at++)
            {
                _sum[at] += gradient[at] * scale;
            }
        }

        public float[] Release() => _sum;
    }
}
