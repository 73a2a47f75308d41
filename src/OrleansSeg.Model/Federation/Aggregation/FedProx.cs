namespace OrleansSeg.Model.Federation.Aggregation;

/// <summary>Options of <see cref="FedProx"/>.</summary>
public sealed record FedProxOptions
{
    /// <summary>Pull of local steps towards the global weights, the paper's <c>mu</c>: half of it times the squared distance is added to the loss.</summary>
    /// <value>Default 0.01; 0 to 100. 0 is FedAvg.</value>
    public double ProximalWeight { get; init; } = 0.01;
}

/// <summary>FedAvg whose trainers are held near the global weights; the server's part is the same.</summary>
/// <remarks>
/// Li et al. 2020, arXiv:1812.06127, Algorithm 2. Differs: the paper draws trainers in proportion to their data and averages evenly, here all
/// that reported are averaged in proportion to their data, which has the same mean. How far a trainer gets is its own affair, as in the paper.
/// </remarks>
public sealed class FedProx : IAggregationStrategy
{
    /// <summary>The name to ask for.</summary>
    public const string StrategyName = "fedprox";

    /// <summary>Makes the strategy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of bounds.</exception>
    public FedProx(FedProxOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionBounds.CheckAtMost(options.ProximalWeight, OptionBounds.RateMax);
        ProximalWeight = options.ProximalWeight;
    }

    /// <inheritdoc/>
    public string Name => StrategyName;

    /// <inheritdoc/>
    public double ProximalWeight { get; }

    /// <inheritdoc/>
    public bool UsesControlVariates => false;

    /// <inheritdoc/>
    public ServerState Start(int length) => ServerVectors.Start(length);

    /// <inheritdoc/>
    public AggregatedRound Aggregate(ReadOnlySpan<float> weights, ServerState state, IReadOnlyList<TrainerUpdate> updates, int trainerCount) =>
        FedAvg.Average(weights, state, updates, trainerCount);
}
