using OrleansSeg.Model.Segments;

namespace OrleansSeg.Model.Tests.Segments;

public sealed class PredictiveLabelsTests
{
    [Theory]
    [InlineData(false, false, 0, 0, "browser")]
    [InlineData(false, false, 1, 500, "prospect")]
    [InlineData(true, true, 0, 0, "lapsing")]
    [InlineData(true, true, 1, 100, "high_value")]
    [InlineData(true, true, 2, 99, "promising")]
    [InlineData(true, false, 2, 99, "loyal")]
    [InlineData(true, false, 1, 99, "occasional")]
    public void Label_IsTheFirstRuleThatMatches(bool hasPurchased, bool newCustomer, int futureDays, int futureSpend, string label) =>
        Assert.Equal(label, PredictiveLabels.Of(hasPurchased, newCustomer, futureDays, futureSpend, highValueThreshold: 100));
}
