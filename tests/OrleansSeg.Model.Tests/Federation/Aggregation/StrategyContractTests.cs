using CsCheck;
using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Aggregation;

namespace OrleansSeg.Model.Tests.Federation.Aggregation;

/// <summary>What every strategy promises.</summary>
public class StrategyContractTests
{
    public static TheoryData<string> Names => [.. AggregationStrategies.Names];

    [Theory, MemberData(nameof(Names))]
    public void Aggregate_UpdatesInAnyOrder_GivesTheSameBits(string name) => Gen.Select(Gen.Int, Gen.Int).Sample((seed, shuffle) =>
    {
        var run = new DrawnRun(seed);
        var random = new Random(shuffle);
        AssertSameBits(
            run.Play(DrawnRun.Strategy(name)),
            run.Play(DrawnRun.Strategy(name), updates =>
            {
                var shuffled = updates.ToArray();
                random.Shuffle(shuffled);
                return shuffled;
            }));
    });

    [Theory, MemberData(nameof(Names))]
    public void State_StoredAndReadBetweenRounds_GivesTheSameBits(string name) => Gen.Int.Sample(seed =>
    {
        var run = new DrawnRun(seed);
        AssertSameBits(
            run.Play(DrawnRun.Strategy(name)),
            run.Play(DrawnRun.Strategy(name), between: state => ServerVectors.Read(state.Round, ServerVectors.Write(state))));
    });

    [Theory, MemberData(nameof(Names))]
    public void Aggregate_SameRoundTwice_GivesTheSameBitsAndLeavesItsInputsAlone(string name)
    {
        var (run, strategy) = (new DrawnRun(3, rounds: 1), DrawnRun.Strategy(name));
        var (weights, state) = (run.Weights.ToArray(), strategy.Start(DrawnRun.Length));
        var kept = ServerVectors.Read(0, ServerVectors.Write(state));
        var first = strategy.Aggregate(weights, state, run.Rounds[0], DrawnRun.TrainerCount);
        AssertSameBits(first, strategy.Aggregate(weights, state, run.Rounds[0], DrawnRun.TrainerCount));
        Assert.Equal(run.Weights, weights);
        Assert.Equal(kept.Vectors.Values, state.Vectors.Values);
        Assert.Equal((0, 1), (state.Round, first.State.Round));
    }

    [Theory, MemberData(nameof(Names))]
    public void Aggregate_NoUpdate_IsRefused(string name) =>
        Assert.Contains("0 updates", Refusal(name, []), StringComparison.Ordinal);

    [Theory, MemberData(nameof(Names))]
    public void Aggregate_BrokenUpdate_IsRefusedByTrainer(string name)
    {
        var sound = new TrainerUpdate("lisbon", new float[DrawnRun.Length], 1, 1, new float[DrawnRun.Length]);
        var other = sound with { Trainer = "oslo" };
        Assert.Contains("'lisbon' sent two updates", Refusal(name, [sound, other, sound]), StringComparison.Ordinal);
        Assert.Contains("'oslo' sent 6 weights", Refusal(name, [sound, other with { Delta = new float[6] }]), StringComparison.Ordinal);
        Assert.Contains("'oslo' reports 0 examples", Refusal(name, [sound, other with { Examples = 0 }]), StringComparison.Ordinal);
        Assert.Contains("'oslo' reports 0 steps", Refusal(name, [sound, other with { Steps = 0 }]), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Names))]
    public void Aggregate_MoreUpdatesThanTrainers_IsRefused(string name)
    {
        var updates = Enumerable.Range(0, DrawnRun.TrainerCount + 1)
            .Select(n => new TrainerUpdate($"site-{n}", new float[DrawnRun.Length], 1, 1, new float[DrawnRun.Length]));
        Assert.Contains("5 trainers has 6 updates", Refusal(name, [.. updates]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fedavgm", "momentum"), InlineData("fedadam", "moment1"), InlineData("fedyogi", "moment1"), InlineData("scaffold", "control")]
    public void Aggregate_StateOfAnotherStrategyOrLength_IsRefused(string name, string vector)
    {
        var (strategy, updates) = (DrawnRun.Strategy(name), new DrawnRun(1).Rounds[0]);
        var refusal = Assert.Throws<ArgumentException>(() => strategy.Aggregate(new float[DrawnRun.Length], ServerState.Empty, updates, 5));
        Assert.Contains($"no vector '{vector}' of 7 numbers; it has none", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => strategy.Aggregate(new float[DrawnRun.Length], strategy.Start(8), updates, 5));
    }

    private static string Refusal(string name, TrainerUpdate[] updates)
    {
        var strategy = DrawnRun.Strategy(name);
        return Assert.Throws<ArgumentException>(
            () => strategy.Aggregate(new float[DrawnRun.Length], strategy.Start(DrawnRun.Length), updates, DrawnRun.TrainerCount)).Message;
    }

    private static void AssertSameBits(AggregatedRound expected, AggregatedRound actual)
    {
        Assert.Equal(expected.State.Round, actual.State.Round);
        Assert.Equal(expected.State.Vectors.Keys, actual.State.Vectors.Keys);
        foreach (var (left, right) in expected.State.Vectors.Values.Append(expected.Weights).Zip(actual.State.Vectors.Values.Append(actual.Weights)))
        {
            Assert.Equal(left.Select(BitConverter.SingleToInt32Bits), right.Select(BitConverter.SingleToInt32Bits));
        }
    }
}
