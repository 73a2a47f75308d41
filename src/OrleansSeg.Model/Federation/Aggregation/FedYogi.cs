namespace OrleansSeg.Model.Federation.Aggregation;

/// <summary>Yogi on the server: as FedAdam, but a second moment falls slowly after large changes, so that steps do not leap when changes turn small.</summary>
/// <remarks>
/// Reddi et al. 2021, arXiv:2003.00295, Algorithm 2, the line FedYogi: v = v - (1 - decay) mean² sign(v - mean²). Differs: the mean is weighted by examples.
/// The second moment stays positive: it falls by less than what it exceeds.
/// </remarks>
public sealed class FedYogi : IAggregationStrategy
{
    /// <summary>The name to ask for.</summary>
    public const string StrategyName = "fedyogi";

    private readonly AdaptiveServer _server;

    /// <summary>Makes the strategy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of bounds.</exception>
    public FedYogi(AdaptiveOptions options) => _server = new AdaptiveServer(options);

    /// <inheritdoc/>
    public string Name => StrategyName;

    /// <inheritdoc/>
    public double ProximalWeight => 0;

    /// <inheritdoc/>
    public bool UsesControlVariates => false;

    /// <inheritdoc/>
    public ServerState Start(int length) => _server.Start(length);

    /// <inheritdoc/>
    public AggregatedRound Aggregate(ReadOnlySpan<float> weights, ServerState state, IReadOnlyList<TrainerUpdate> updates, int trainerCount) =>
        _server.Step(weights, state, updates, trainerCount, static (before, square, decay) =>
            before - ((1 - decay) * square * Math.Sign(before - square)));
}
