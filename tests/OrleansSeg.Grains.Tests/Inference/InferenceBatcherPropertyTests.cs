using CsCheck;
using OrleansSeg.Inference;

namespace OrleansSeg.Grains.Tests.Inference;

/// <summary>Callers from many threads who come, leave and time out while models fail: everyone is answered once, and no batch breaks its bounds.</summary>
public sealed class InferenceBatcherPropertyTests
{
    private static readonly Gen<Caller> AnyCaller = Gen.Select(
        Gen.Int[0, 140], Gen.Int[0, 2], Gen.Int[0, 9], (steps, lane, fate) => new Caller(steps, (ScoringPriority)lane, fate));

    [Fact]
    public void AnyCrowd_IsAnsweredOnce_WithinTheBounds() => Gen.Select(Gen.Int[1, 8], Gen.Int[140, 500], AnyCaller.Array[1, 60]).Sample(
        (size, budget, callers) => RunAsync(size, budget, callers).GetAwaiter().GetResult(), iter: 60);

    private static async Task RunAsync(int size, int budget, Caller[] callers)
    {
        using var engine = new Engine(o => (o.BatchSizeMax, o.TokenBudget, o.LingerMax) = (size, budget, TimeSpan.Zero));
        var longestOf = Enumerable.Range(0, callers.Length).ToDictionary(i => $"{i}", i => Math.Max(1, callers[i].Steps));
        engine.Model.OnScore = inputs =>
        {
            if (inputs.Any(input => callers[int.Parse(Inputs.NameOf(input), null)].IsPoison))
            {
                throw new InvalidOperationException("poison");
            }
        };
        var outcomes = await Task.WhenAll(Enumerable.Range(0, callers.Length).Select(i => Task.Run(() => AskAsync(engine, i, callers[i]))));

        var scored = engine.Model.Batches;
        Assert.All(scored, batch => Assert.True(
            batch.Length <= size && batch.Length * batch.Max(name => longestOf[name]) <= budget, $"{string.Join(',', batch)} is over {size} or {budget}"));
        Assert.Equal(scored.Sum(batch => batch.Length), scored.SelectMany(batch => batch).Distinct().Count());
        for (var i = 0; i < callers.Length; i++)
        {
            var batch = scored.SingleOrDefault(names => names.Contains($"{i}"));
            var isSpoilt = batch?.Any(name => callers[int.Parse(name, null)].IsPoison) ?? false;
            var expected = batch is null ? new[] { "gone" } : isSpoilt ? ["failed", "gone"] : [$"{i}", "gone"];
            Assert.Contains(outcomes[i], callers[i].Leaves ? expected : expected.Except(["gone"]));
        }
    }

    private static async Task<string> AskAsync(Engine engine, int number, Caller caller)
    {
        using var leaving = new CancellationTokenSource();
        var asked = engine.AskAsync($"{number}", caller.Steps, caller.Lane, null, leaving.Token);
        if (caller.Leaves)
        {
            await Task.Yield();
            await leaving.CancelAsync();
        }

        try
        {
            return (await asked).Segment;
        }
        catch (OperationCanceledException)
        {
            return "gone";
        }
        catch (InferenceFailedException)
        {
            return "failed";
        }
    }

    internal sealed record Caller(int Steps, ScoringPriority Lane, int Fate)
    {
        public bool Leaves => Fate is 0 or 1;

        public bool IsPoison => Fate == 2;
    }
}
