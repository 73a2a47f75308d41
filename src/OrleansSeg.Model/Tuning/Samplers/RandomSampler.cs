using System.Collections.Immutable;

namespace OrleansSeg.Model.Tuning.Samplers;

/// <summary>Draws every point evenly, whatever came of the others.</summary>
/// <remarks>Bergstra and Bengio 2012, Random search for hyper-parameter optimization. Differs: the first trial is the usual point.</remarks>
/// <param name="space">What may be changed.</param>
/// <param name="seed">Seed of the draws.</param>
public sealed class RandomSampler(SearchSpace space, int seed) : ISampler
{
    /// <inheritdoc />
    public string Name => "random";

    /// <inheritdoc />
    public ImmutableArray<double> Propose(int number, IReadOnlyList<SampledTrial> earlier) =>
        number == 0 ? space.Usual : SamplerDraws.Uniform(space, SamplerDraws.For(seed, number), earlier);
}
