using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.FineTuning;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Text.FineTuning;

public sealed class RankAllocationTests
{
    [Fact]
    public void Budget_FallsAsACube_FromAllToTheTarget()
    {
        using var encoder = SmallEncoder.Create();
        using var adapter = new TextAdapter(encoder, new AdapterOptions { Kind = AdapterKind.AdaLora, Rank = 4 }, seed: 1);
        using var ranks = new RankAllocation(adapter, new RankAllocationOptions(RankTarget: 1, WarmUp: 0.1, Final: 0.4), steps: 100);
        // Four products of four ranks; half way down the cube leaves an eighth of the twelve that go.
        Assert.Equal([16, 16, 5, 4, 4], new[] { 1, 10, 35, 60, 100 }.Select(ranks.BudgetAt));
    }

    [Fact]
    public void RanksThatMatter_StayWhereTheyAre_AndTheOthersGo()
    {
        using var encoder = SmallEncoder.Create();
        using var adapter = new TextAdapter(encoder, new AdapterOptions { Kind = AdapterKind.AdaLora, Rank = 3 }, seed: 1);
        using var ranks = new RankAllocation(adapter, new RankAllocationOptions(RankTarget: 1, WarmUp: 0, Final: 0.5, Interval: 1), steps: 10);
        var changes = adapter.Changes.ToList();
        for (var step = 1; step <= 10; step++)
        {
            using var scope = NewDisposeScope();
            foreach (var change in changes)
            {
                // A gradient that differs from step to step has some uncertainty; only the first product's is large.
                var size = ReferenceEquals(change, changes[0]) ? 10f : 0.001f;
                change.lora_A.grad = zeros_like(change.lora_A).SetTo(size * step);
                change.lora_B.grad = zeros_like(change.lora_B).SetTo(size * step);
                change.lora_E!.grad = zeros_like(change.lora_E).SetTo(size * step);
                using var quiet = no_grad();
                change.lora_E.SetTo(0.5f);
            }

            ranks.Watch();
            ranks.Trim(step);
        }

        Assert.Equal(4, adapter.Ranks.Values.Sum());
        Assert.Equal(3, changes[0].RankInUse);
    }
}
