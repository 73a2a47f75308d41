using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Tests.Training;

namespace OrleansSeg.Model.Tests.Inference;

public sealed class ExplanationTests
{
    private static readonly SegmentModel Model = SmallShopData.Model;

    [Fact]
    public void Contributions_SumToTheScoreMinusTheBase_ForEveryCustomer() =>
        Assert.All(SmallShopData.Data.Test!.Examples.Take(60), example =>
        {
            var explanation = Model.Explain(example.Input);
            var forecast = Model.Forecast([example.Input])[0];
            var probability = forecast.Probabilities[Model.Scheme.IndexOf(explanation.Segment)];
            Assert.Equal(Model.Decide(forecast), explanation.Segment);
            Assert.Equal(probability, explanation.Probability, 5);
            Assert.Equal(Math.Log(probability / (1 - probability)), explanation.Score, 2);
            Assert.Equal(explanation.Score - explanation.BaseValue, explanation.Factors.Sum(factor => factor.Contribution), 0.01);
        });

    [Fact]
    public void Factors_AreInWords_TheLargestFirst_WithTheCustomersValues()
    {
        var input = SmallShopData.Data.Test!.Examples.First(example => example.Input.Tokens.Length > 2).Input;
        var factors = Model.Explain(input).Factors;
        Assert.Equal(factors.OrderByDescending(factor => Math.Abs(factor.Contribution)), factors);
        Assert.DoesNotContain(factors, factor => factor.Name.Contains('_', StringComparison.Ordinal));
        var recency = factors.Single(factor => factor.Name == "days since the last purchase");
        Assert.Equal(input.Aggregates[AggregateFeatures.Names.IndexOf("days_since_last_purchase")], float.Parse(recency.Value), 0.01);
        var last = input.Tokens.Span[^1];
        var step = factors.First(factor => factor.Name == $"purchase on {last.Timestamp.UtcDateTime:yyyy-MM-dd}");
        Assert.Contains(last.Texts[0], step.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void ACustomerWhoDidNothing_IsExplainedToo()
    {
        var nothing = new CustomerInput
        {
            AsOf = SmallShop.Start, Aggregates = AggregateFeatures.Compute(new LifetimeAggregates(), SmallShop.Start), Attributes = [], Tokens = default,
        };
        var explanation = Model.Explain(nothing);
        Assert.True(float.IsFinite(explanation.Score));
        Assert.Equal(explanation.Score - explanation.BaseValue, explanation.Factors.Sum(factor => factor.Contribution), 0.01);
    }

    [Fact]
    public void EveryFeature_HasWordsOfItsOwn()
    {
        var words = AggregateFeatures.Names.Select(FactorNames.OfFeature).ToList();
        Assert.DoesNotContain(words, name => name.Contains('_', StringComparison.Ordinal));
        Assert.Equal(words.Distinct(), words);
    }
}
