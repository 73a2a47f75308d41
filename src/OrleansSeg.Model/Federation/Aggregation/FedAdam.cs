namespace OrleansSeg.Model.Federation.Aggregation;

/// <summary>Adam on the server: the mean change is the gradient, and each weight's step is scaled by how large its changes have been.</summary>
/// <remarks>
/// Reddi et al. 2021, arXiv:2003.00295, Algorithm 2, the line FedAdam: v = decay v + (1 - decay) mean². Differs: the mean is weighted by examples.
/// </remarks>
public sealed class FedAdam : IAggregationStrategy
{
    /// <summary>The name to ask for.</summary>
    public const string StrategyName = "fedadam";

    private readonly AdaptiveServer _server;

    /// <summary>Makes the strategy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of bounds.</exception>
    public FedAdam(AdaptiveOptions options) => _server = new AdaptiveServer(options);

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
            (decay * before) + ((1 - decay) * square));
}
