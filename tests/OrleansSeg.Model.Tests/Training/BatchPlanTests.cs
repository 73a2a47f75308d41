using OrleansSeg.Model.Features;
using OrleansSeg.Model.Tests.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

public sealed class BatchPlanTests
{
    private static readonly CustomerInput Input = new() { AsOf = Histories.Start, Aggregates = [], Attributes = [], Tokens = default };

    [Fact]
    public void Batches_KeepTheirSize_HoweverOftenTheyAreShuffled()
    {
        Example[] examples = [.. Enumerable.Range(0, 10).Select(i => new Example($"c{i}", Input, 0, true, true, 0))];
        var (batches, random) = (BatchPlan.Of(examples, 4), new Random(1));
        for (var epoch = 0; epoch < 20; epoch++)
        {
            BatchPlan.Shuffle(batches, examples, 4, random);
            Assert.Equal([2, 4, 4], batches.Select(batch => batch.Length).Order());
            Assert.Equal(Enumerable.Range(0, 10), batches.SelectMany(batch => batch).Order());
        }
    }
}
