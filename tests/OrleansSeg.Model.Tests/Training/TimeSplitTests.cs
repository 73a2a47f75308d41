using CsCheck;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

public sealed class TimeSplitTests
{
    private static readonly DateTimeOffset First = new(2009, 12, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void EveryHorizon_EndsBeforeTheNextSetBegins() =>
        Gen.Select(Gen.Int[200, 900], Gen.Int[7, 60], Gen.Int[7, 30], Gen.Int[1, 40]).Where((days, horizon, _, _) => days > 3 * horizon).Sample((days, horizon, step, count) =>
        {
            var h = TimeSpan.FromDays(horizon);
            var split = TimeSplit.ForEvaluation(First, First.AddDays(days), h, TimeSpan.FromDays(step), count);
            Assert.All(split.Training, cutoff => Assert.True(cutoff + h <= split.Validation && cutoff > First));
            Assert.True(split.Validation + h <= split.Test);
            Assert.All(split.Matured, cutoff => Assert.True(cutoff + h <= split.Test));
            Assert.Equal(split.Matured.Distinct().Order(), split.Matured);
            Assert.Equal(split.Training, split.Matured.Take(split.Training.Count));
            Assert.Equal(split.Validation, split.Matured[^1]);
            Assert.All(split.Matured.Zip(split.Matured.Skip(1)), pair => Assert.True(pair.Second - pair.First <= TimeSpan.FromDays(step)));
            Assert.InRange(split.Training.Count, 1, count);
            Assert.Equal(split.Training.Order(), split.Training);
        });

    [Fact]
    public void TooShortAHistory_SaysHowMuchIsNeeded()
    {
        var refusal = Assert.Throws<InsufficientDataException>(() =>
            TimeSplit.ForTraining(First, First.AddDays(100), TimeSpan.FromDays(90), TimeSpan.FromDays(14), 10));
        Assert.Contains("100 days", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("180", refusal.Message, StringComparison.Ordinal);
    }
}
