using System.Collections.Immutable;

namespace OrleansSeg.Model.Tuning.Samplers;

/// <summary>Every combination of a few values of each parameter, in an order that its seed draws.</summary>
/// <remarks>
/// There are as many combinations as the budget pays for: the first parameters get two values, then three, and so on; what is left stays at
/// its usual value. The first trial is the usual point, which no grid need contain. Trials beyond the grid begin it again.
/// </remarks>
public sealed class GridSampler : ISampler
{
    private readonly SearchSpace _space;
    private readonly int[] _counts;
    private readonly int[] _order;

    /// <summary>Lays the grid.</summary>
    /// <param name="space">What may be changed.</param>
    /// <param name="trials">Trials that there will be, the first one included.</param>
    /// <param name="seed">Seed of the order.</param>
    public GridSampler(SearchSpace space, int trials, int seed)
    {
        ArgumentNullException.ThrowIfNull(space);
        _space = space;
        _counts = Counts(space, Math.Max(1, trials - 1));
        _order = [.. Enumerable.Range(0, _counts.Aggregate(1, (product, count) => product * count))];
        SamplerDraws.For(seed, 0).Shuffle(_order);
    }

    /// <inheritdoc />
    public string Name => "grid";

    /// <summary>Values of each parameter.</summary>
    internal IReadOnlyList<int> ValueCounts => _counts;

    /// <inheritdoc />
    public ImmutableArray<double> Propose(int number, IReadOnlyList<SampledTrial> earlier)
    {
        if (number == 0)
        {
            return _space.Usual;
        }

        var cell = _order[(number - 1) % _order.Length];
        var point = ImmutableArray.CreateBuilder<double>(_counts.Length);
        for (var i = 0; i < _counts.Length; i++)
        {
            var parameter = _space.Parameters[i];
            var value = cell % _counts[i];
            cell /= _counts[i];
            point.Add(_counts[i] == 1 ? parameter.Usual : parameter.ValueAt((value + 0.5) / _counts[i]));
        }

        return point.MoveToImmutable();
    }

    private static int[] Counts(SearchSpace space, int cellsMax)
    {
        var counts = Enumerable.Repeat(1, space.Parameters.Length).ToArray();
        for (var (cells, next) = (1, 0); next >= 0;)
        {
            // Evenly, so that no parameter gets its third value before all that can have a second one.
            next = Enumerable.Range(0, counts.Length)
                .Where(i => (space.Parameters[i].ValueCount ?? long.MaxValue) > counts[i] && cells / counts[i] * (counts[i] + 1) <= cellsMax)
                .OrderBy(i => counts[i]).FirstOrDefault(-1);
            if (next >= 0)
            {
                cells = cells / counts[next] * ++counts[next];
            }
        }

        return counts;
    }
}
