namespace OrleansSeg.Model.Federation.Aggregation;

/// <summary>Options of the adaptive server optimizers, <see cref="FedAdam"/> and <see cref="FedYogi"/>.</summary>
public sealed record AdaptiveOptions
{
    /// <summary>Size of a server step: about how far a weight moves in a round once its updates agree.</summary>
    /// <value>Default 0.01; above 0, at most 100.</value>
    public double ServerRate { get; init; } = 0.01;

    /// <summary>Share of the mean change that the first moment keeps.</summary>
    /// <value>Default 0.9; at least 0, below 1.</value>
    public double FirstDecay { get; init; } = 0.9;

    /// <summary>Share of the squared change that the second moment keeps.</summary>
    /// <value>Default 0.99; at least 0, below 1.</value>
    public double SecondDecay { get; init; } = 0.99;

    /// <summary>The paper's <c>tau</c>: changes much smaller than this are stepped in proportion, larger ones by direction.</summary>
    /// <value>Default 0.001; above 0, at most 1.</value>
    public double Adaptivity { get; init; } = 1e-3;
}

/// <summary>What FedAdam and FedYogi share: Reddi et al. 2021, arXiv:2003.00295, Algorithm 2, all but the line of the second moment.</summary>
/// <remarks>
/// Differs: the mean change is weighted by examples. As in the paper there is no bias correction, and the second moment begins at the square
/// of tau, the least that the paper allows. Moments are kept in single precision and computed in double.
/// </remarks>
internal sealed class AdaptiveServer
{
    private const string FirstVector = "moment1", SecondVector = "moment2";

    private readonly AdaptiveOptions _options;

    public AdaptiveServer(AdaptiveOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionBounds.CheckPositive(options.ServerRate, OptionBounds.RateMax);
        OptionBounds.CheckFraction(options.FirstDecay);
        OptionBounds.CheckFraction(options.SecondDecay);
        OptionBounds.CheckPositive(options.Adaptivity, 1);
        _options = options;
    }

    /// <summary>The second moment after a round.</summary>
    /// <param name="before">The second moment before it.</param>
    /// <param name="square">The square of the mean change.</param>
    /// <param name="decay">Share kept.</param>
    public delegate double SecondMoment(double before, double square, double decay);

    public ServerState Start(int length) =>
        ServerVectors.Start(length, (FirstVector, 0), (SecondVector, (float)(_options.Adaptivity * _options.Adaptivity)));

    public AggregatedRound Step(
        ReadOnlySpan<float> weights, ServerState state, IReadOnlyList<TrainerUpdate> updates, int trainerCount, SecondMoment secondMoment)
    {
        var (firstBefore, secondBefore) = (state.Find(FirstVector, weights.Length), state.Find(SecondVector, weights.Length));
        var mean = RoundUpdates.Check(weights.Length, updates, trainerCount).MeanDelta();
        var (next, first, second) = (new float[weights.Length], new float[weights.Length], new float[weights.Length]);
        for (var i = 0; i < next.Length; i++)
        {
            var m = (_options.FirstDecay * firstBefore[i]) + ((1 - _options.FirstDecay) * mean[i]);
            var v = secondMoment(secondBefore[i], mean[i] * mean[i], _options.SecondDecay);
            (first[i], second[i]) = ((float)m, (float)v);
            next[i] = (float)(weights[i] + (_options.ServerRate * m / (Math.Sqrt(v) + _options.Adaptivity)));
        }

        var vectors = state.Vectors.SetItem(FirstVector, first).SetItem(SecondVector, second);
        return new AggregatedRound(next, new ServerState(state.Round + 1, vectors));
    }
}
