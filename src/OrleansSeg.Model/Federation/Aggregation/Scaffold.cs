namespace OrleansSeg.Model.Federation.Aggregation;

/// <summary>Options of <see cref="Scaffold"/>.</summary>
public sealed record ScaffoldOptions
{
    /// <summary>Size of a server step, the paper's <c>eta_g</c>.</summary>
    /// <value>Default 1; above 0, at most 100.</value>
    public double ServerRate { get; init; } = 1;

    /// <summary>Examples of all the run's trainers, reporters or not: then trainers count by their examples.</summary>
    /// <value>Default null: every trainer counts the same, as in the paper. Else at least 1.</value>
    public long? ExamplesTotal { get; init; }
}

/// <summary>Averaging whose trainers correct their gradients by how theirs differ from everybody's, so that local steps do not drift apart.</summary>
/// <remarks>
/// <para>Karimireddy et al. 2020, arXiv:1910.06378, Algorithm 1; the trainer's side is <see cref="ScaffoldTrainer"/>. Differs: with
/// <see cref="ScaffoldOptions.ExamplesTotal"/> trainers are weighted by examples, in the step and in the control variate alike. Were only the
/// step weighted, rounds would still settle where the plain mean of gradients vanishes.</para>
/// <para>The server's control variate is the (weighted) mean of the trainers' own at all times. So a trainer may keep its new one only once its
/// update was aggregated, and with weights its examples must stay the same for the whole run.</para>
/// </remarks>
public sealed class Scaffold : IAggregationStrategy
{
    /// <summary>The name to ask for.</summary>
    public const string StrategyName = "scaffold";

    private const string ControlVector = "control";

    private readonly ScaffoldOptions _options;

    /// <summary>Makes the strategy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of bounds.</exception>
    public Scaffold(ScaffoldOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionBounds.CheckPositive(options.ServerRate, OptionBounds.RateMax);
        OptionBounds.CheckPositive(options.ExamplesTotal ?? 1, long.MaxValue, nameof(options.ExamplesTotal));
        _options = options;
    }

    /// <inheritdoc/>
    public string Name => StrategyName;

    /// <inheritdoc/>
    public double ProximalWeight => 0;

    /// <inheritdoc/>
    public bool UsesControlVariates => true;

    /// <summary>(P) the server's control variate, which trainers need beside the weights.</summary>
    /// <exception cref="ArgumentException">The state is another strategy's or another model's.</exception>
    public static float[] Control(ServerState state, int length) => state.Find(ControlVector, length);

    /// <inheritdoc/>
    public ServerState Start(int length) => ServerVectors.Start(length, (ControlVector, 0));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Also: an update has no control variate's change, or all have more examples than the run.</exception>
    public AggregatedRound Aggregate(ReadOnlySpan<float> weights, ServerState state, IReadOnlyList<TrainerUpdate> updates, int trainerCount)
    {
        var controlBefore = state.Find(ControlVector, weights.Length);
        var round = RoundUpdates.Check(weights.Length, updates, trainerCount, controlled: true);
        if (round.Examples > _options.ExamplesTotal)
        {
            throw new ArgumentException($"The updates have {round.Examples} examples of a run of {_options.ExamplesTotal}.", nameof(updates));
        }

        Func<TrainerUpdate, double> share = _options.ExamplesTotal is null ? static _ => 1 : static update => update.Examples;
        var step = round.Mean(static update => update.Delta, share, _options.ExamplesTotal is null ? round.Count : round.Examples);
        var change = round.Mean(static update => update.ControlDelta!, share, _options.ExamplesTotal ?? trainerCount);
        var (next, control) = (new float[weights.Length], new float[weights.Length]);
        for (var i = 0; i < next.Length; i++)
        {
            next[i] = (float)(weights[i] + (_options.ServerRate * step[i]));
            control[i] = (float)(controlBefore[i] + change[i]);
        }

        return new AggregatedRound(next, new ServerState(state.Round + 1, state.Vectors.SetItem(ControlVector, control)));
    }
}
