using System.Collections.Immutable;

namespace OrleansSeg.Model.Tuning.Samplers;

/// <summary>Proposes what good trials had and bad ones had not: tree-structured Parzen estimators.</summary>
/// <remarks>
/// Bergstra et al. 2011, Algorithms for hyper-parameter optimization: of points drawn from the density of the good trials, the one with the
/// largest expected improvement, which rises with the ratio of the good trials' density to the others'. Differs: the first trial is the
/// usual point; a trial that is still running counts among the bad ones, so that trials side by side do not all go to one place.
/// </remarks>
/// <param name="space">What may be changed.</param>
/// <param name="seed">Seed of the draws.</param>
/// <param name="drawnFirst">Trials that are drawn evenly before any is learned from, at least 2.</param>
public sealed class TpeSampler(SearchSpace space, int seed, int drawnFirst = 6) : ISampler
{
    private const int Candidates = 24;
    private const double GoodShare = 0.25;
    private const int GoodCountMax = 25;

    /// <inheritdoc />
    public string Name => "tpe";

    /// <inheritdoc />
    public ImmutableArray<double> Propose(int number, IReadOnlyList<SampledTrial> earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        var random = SamplerDraws.For(seed, number);
        if (number == 0)
        {
            return space.Usual;
        }

        var ended = earlier.Where(trial => trial.Loss is { } loss && double.IsFinite(loss)).OrderBy(trial => trial.Loss).ToList();
        if (ended.Count < Math.Max(2, drawnFirst))
        {
            return SamplerDraws.Uniform(space, random, earlier);
        }

        var goodCount = Math.Min(GoodCountMax, (int)Math.Ceiling(GoodShare * ended.Count));
        var good = Estimates(ended[..goodCount]);
        var bad = Estimates([.. ended[goodCount..], .. earlier.Where(trial => trial.Loss is not { } loss || !double.IsFinite(loss))]);
        var best = Enumerable.Range(0, Candidates)
            .Select(_ => Candidate(good, bad, random))
            .Where(candidate => !SamplerDraws.WasTried(candidate.Point, earlier))
            .MaxBy(candidate => candidate.Ratio);
        return best.Point.IsDefault ? SamplerDraws.Uniform(space, random, earlier) : best.Point;
    }

    private ParzenEstimate[] Estimates(IReadOnlyList<SampledTrial> trials) =>
        [.. space.Parameters.Select((parameter, i) => new ParzenEstimate(parameter, [.. trials.Select(trial => trial.Point[i])]))];

    private (ImmutableArray<double> Point, double Ratio) Candidate(ParzenEstimate[] good, ParzenEstimate[] bad, Random random)
    {
        var point = ImmutableArray.CreateBuilder<double>(good.Length);
        var ratio = 0.0;
        for (var i = 0; i < good.Length; i++)
        {
            var (parameter, place) = (space.Parameters[i], good[i].Draw(random));
            var value = parameter.IsChoice ? place : parameter.ValueAt(place);
            var seen = parameter.IsChoice ? place : parameter.PlaceOf(value);
            ratio += good[i].LogDensity(seen) - bad[i].LogDensity(seen);
            point.Add(value);
        }

        return (point.MoveToImmutable(), ratio);
    }
}
