using System.Collections.Immutable;

namespace OrleansSeg.Model.Tuning.Samplers;

/// <summary>What samplers share: a random stream for each trial, and points that are not tried twice.</summary>
internal static class SamplerDraws
{
    private const int AttemptsMax = 32;

    /// <summary>The stream of one trial: another for each seed and number, the same on every run.</summary>
    public static Random For(int seed, int number) => new(unchecked((seed * 486_187_739) ^ (number * 16_777_619)));

    /// <summary>A point drawn evenly; where it can be, one that was not tried.</summary>
    public static ImmutableArray<double> Uniform(SearchSpace space, Random random, IReadOnlyList<SampledTrial> earlier)
    {
        ImmutableArray<double> point = default;
        for (var attempt = 0; attempt < AttemptsMax && (point.IsDefault || WasTried(point, earlier)); attempt++)
        {
            point = [.. space.Parameters.Select(parameter => parameter.ValueAt(random.NextDouble()))];
        }

        return point;
    }

    /// <summary>Whether a point is among trials.</summary>
    public static bool WasTried(ImmutableArray<double> point, IReadOnlyList<SampledTrial> earlier) =>
        earlier.Any(trial => trial.Point.AsSpan().SequenceEqual(point.AsSpan()));
}
