namespace OrleansSeg.Model.Federation.Aggregation;

/// <summary>Options of <see cref="FedAvgM"/>.</summary>
public sealed record FedAvgMOptions
{
    /// <summary>Share of the last step that the next keeps, the paper's <c>beta</c>.</summary>
    /// <value>Default 0.9; at least 0, below 1. 0 is FedAvg with a server rate.</value>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Size of a server step. In the long run the weights move by this over one minus the momentum for each unit of mean change.</summary>
    /// <value>Default 1, as in the paper; above 0, at most 100.</value>
    public double ServerRate { get; init; } = 1;
}

/// <summary>FedAvg with momentum on the server: rounds that agree add up, rounds that differ cancel.</summary>
/// <remarks>
/// Hsu, Qi and Brown 2019, arXiv:1909.06335, the rule of server momentum (the paper numbers no algorithm): v = beta v + mean, weights = weights + v.
/// Differs: the sign, since updates here point the way to go; a server rate stands before v. Momentum is the plain (heavy ball) one.
/// </remarks>
public sealed class FedAvgM : IAggregationStrategy
{
    /// <summary>The name to ask for.</summary>
    public const string StrategyName = "fedavgm";

    private const string MomentumVector = "momentum";

    private readonly FedAvgMOptions _options;

    /// <summary>Makes the strategy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of bounds.</exception>
    public FedAvgM(FedAvgMOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionBounds.CheckFraction(options.Momentum);
        OptionBounds.CheckPositive(options.ServerRate, OptionBounds.RateMax);
        _options = options;
    }

    /// <inheritdoc/>
    public string Name => StrategyName;

    /// <inheritdoc/>
    public double ProximalWeight => 0;

    /// <inheritdoc/>
    public bool UsesControlVariates => false;

    /// <inheritdoc/>
    public ServerState Start(int length) => ServerVectors.Start(length, (MomentumVector, 0));

    /// <inheritdoc/>
    public AggregatedRound Aggregate(ReadOnlySpan<float> weights, ServerState state, IReadOnlyList<TrainerUpdate> updates, int trainerCount)
    {
        var before = state.Find(MomentumVector, weights.Length);
        var mean = RoundUpdates.Check(weights.Length, updates, trainerCount).MeanDelta();
        var (next, momentum) = (new float[weights.Length], new float[weights.Length]);
        for (var i = 0; i < next.Length; i++)
        {
            var moved = (_options.Momentum * before[i]) + mean[i];
            momentum[i] = (float)moved;
            next[i] = (float)(weights[i] + (_options.ServerRate * moved));
        }

        return new AggregatedRound(next, new ServerState(state.Round + 1, state.Vectors.SetItem(MomentumVector, momentum)));
    }
}
