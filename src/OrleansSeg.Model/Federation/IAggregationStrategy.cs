using System.Collections.Immutable;

namespace OrleansSeg.Model.Federation;

/// <summary>Makes one global model of the trainers' updates. It keeps nothing: what it must remember goes in and comes out.</summary>
public interface IAggregationStrategy
{
    /// <summary>The strategy's name in plans and reports.</summary>
    string Name { get; }

    /// <summary>Pull of local steps towards the global weights; 0 for none.</summary>
    double ProximalWeight { get; }

    /// <summary>Whether trainers keep control variates and send how they changed.</summary>
    bool UsesControlVariates { get; }

    /// <summary>The state before the first round, for <paramref name="length"/> weights (P).</summary>
    ServerState Start(int length);

    /// <summary>The next global weights.</summary>
    /// <param name="weights">(P) the round's global weights.</param>
    /// <param name="state">The state after the round before.</param>
    /// <param name="updates">At least one; in any order, since the result hangs on ids alone.</param>
    /// <param name="trainerCount">Trainers of the run, reporters or not.</param>
    /// <exception cref="ArgumentException">There is no update, two of one trainer, or one of another length.</exception>
    AggregatedRound Aggregate(ReadOnlySpan<float> weights, ServerState state, IReadOnlyList<TrainerUpdate> updates, int trainerCount);
}

/// <summary>What a strategy remembers between rounds; stored with the round.</summary>
/// <param name="Round">Rounds aggregated so far.</param>
/// <param name="Vectors">(P) each, by name: moments, control variate. Never changed in place.</param>
public sealed record ServerState(int Round, ImmutableSortedDictionary<string, float[]> Vectors)
{
    /// <summary>Nothing remembered.</summary>
    public static ServerState Empty { get; } = new(0, ImmutableSortedDictionary.Create<string, float[]>(StringComparer.Ordinal));
}

/// <summary>A round's result.</summary>
/// <param name="Weights">(P) the next global weights.</param>
/// <param name="State">What to pass in with the next round.</param>
public sealed record AggregatedRound(float[] Weights, ServerState State);
