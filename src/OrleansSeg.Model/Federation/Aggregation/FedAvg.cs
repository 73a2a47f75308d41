namespace OrleansSeg.Model.Federation.Aggregation;

/// <summary>The next weights are the trained weights' mean, weighted by examples.</summary>
/// <remarks>
/// McMahan et al. 2017, arXiv:1602.05629, Algorithm 1. Differs: trainers send what they changed, not what they reached, which is the same mean;
/// the weights are the examples of those that reported, whoever was asked; the local batches and epochs are the trainer's affair.
/// </remarks>
public sealed class FedAvg : IAggregationStrategy
{
    /// <summary>The name to ask for.</summary>
    public const string StrategyName = "fedavg";

    /// <inheritdoc/>
    public string Name => StrategyName;

    /// <inheritdoc/>
    public double ProximalWeight => 0;

    /// <inheritdoc/>
    public bool UsesControlVariates => false;

    /// <inheritdoc/>
    public ServerState Start(int length) => ServerVectors.Start(length);

    /// <inheritdoc/>
    public AggregatedRound Aggregate(ReadOnlySpan<float> weights, ServerState state, IReadOnlyList<TrainerUpdate> updates, int trainerCount) =>
        Average(weights, state, updates, trainerCount);

    /// <summary>The step that strategies with no server state share.</summary>
    internal static AggregatedRound Average(ReadOnlySpan<float> weights, ServerState state, IReadOnlyList<TrainerUpdate> updates, int trainerCount)
    {
        ArgumentNullException.ThrowIfNull(state);
        var mean = RoundUpdates.Check(weights.Length, updates, trainerCount).MeanDelta();
        var next = new float[weights.Length];
        for (var i = 0; i < next.Length; i++)
        {
            next[i] = (float)(weights[i] + mean[i]);
        }

        return new AggregatedRound(next, state with { Round = state.Round + 1 });
    }
}
