using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Aggregation;

namespace OrleansSeg.Model.Tests.Federation.Aggregation;

/// <summary>A run's weights and updates drawn from a seed: several rounds, trainers of different size, not all of them in every round.</summary>
internal sealed class DrawnRun
{
    public const int Length = 7, TrainerCount = 5;

    public DrawnRun(int seed, int rounds = 6)
    {
        var random = new Random(seed);
        Weights = Vector(random, 1);
        Rounds = [.. Enumerable.Range(0, rounds).Select(_ => Round(random))];
    }

    public float[] Weights { get; }

    public TrainerUpdate[][] Rounds { get; }

    public static IAggregationStrategy Strategy(string name) => AggregationStrategies.Create(name, AggregationParameters.Defaults);

    /// <summary>The state and weights after all rounds.</summary>
    /// <param name="strategy">What aggregates.</param>
    /// <param name="order">Changes the order of a round's updates.</param>
    /// <param name="between">What happens to the state between rounds.</param>
    public AggregatedRound Play(IAggregationStrategy strategy, Func<TrainerUpdate[], TrainerUpdate[]>? order = null, Func<ServerState, ServerState>? between = null)
    {
        var last = new AggregatedRound(Weights, strategy.Start(Length));
        foreach (var updates in Rounds)
        {
            last = strategy.Aggregate(last.Weights, between?.Invoke(last.State) ?? last.State, order?.Invoke(updates) ?? updates, TrainerCount);
        }

        return last;
    }

    /// <summary>The mean change of one weight in a round, weighted by examples, in double.</summary>
    public static double MeanDelta(TrainerUpdate[] updates, int weight) =>
        updates.Sum(update => (double)update.Examples * update.Delta[weight]) / updates.Sum(update => update.Examples);

    /// <summary>Asserts that weights are those of a reference in double, each followed alone.</summary>
    /// <param name="weights">What a strategy made.</param>
    /// <param name="reference">Takes the weight's index, gives what it should be.</param>
    public static void AssertClose(float[] weights, Func<int, double> reference)
    {
        for (var i = 0; i < Length; i++)
        {
            Assert.Equal(reference(i), weights[i], 2e-6);
        }
    }

    private static TrainerUpdate[] Round(Random random) =>
        [.. Enumerable.Range(0, TrainerCount).Where(n => n == 0 || random.Next(4) > 0).Select(n => new TrainerUpdate(
            $"site-{n}", Vector(random, 0.1f), random.Next(1, 5_000), random.Next(1, 40), Vector(random, 0.3f)))];

    private static float[] Vector(Random random, float scale) => [.. Enumerable.Range(0, Length).Select(_ => scale * ((2 * random.NextSingle()) - 1))];
}
