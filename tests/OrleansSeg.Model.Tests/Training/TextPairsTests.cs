using OrleansSeg.Model.Features;
using OrleansSeg.Model.Tests.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

public sealed class TextPairsTests
{
    [Fact]
    public void Pairs_AreTitlesOfOneStep_EachStepOnce()
    {
        var shared = Step("a", "b", "c");
        var (pairs, texts) = TextPairs.Of([Example(shared), Example(shared, Step("d"))], 100, 1);
        Assert.Equal([("a", "b"), ("a", "c"), ("b", "c")], pairs);
        Assert.Equal(["a", "b", "c", "d"], texts);
    }

    [Fact]
    public void TooManyPairs_AreThinned_TheSameWayForOneSeed()
    {
        Example[] examples = [.. Enumerable.Range(0, 50).Select(i => Example(Step($"a{i}", $"b{i}")))];
        var (pairs, texts) = TextPairs.Of(examples, 10, 1);
        Assert.Equal(10, pairs.Distinct().Count());
        Assert.Equal(100, texts.Count);
        Assert.Equal(pairs, TextPairs.Of(examples, 10, 1).Pairs);
    }

    private static SequenceToken Step(params string[] texts) => new()
    {
        Type = Events.EventType.Purchase, Timestamp = Histories.Start, EventCount = texts.Length, Quantity = 1, Amount = 1, Rating = float.NaN, Texts = texts,
    };

    private static Example Example(params SequenceToken[] steps) => new(
        "c", new CustomerInput { AsOf = Histories.Start, Aggregates = [], Attributes = [], Tokens = steps }, 0, true, true, 0);
}
