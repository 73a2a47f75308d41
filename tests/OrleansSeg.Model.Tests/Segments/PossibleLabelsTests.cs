using CsCheck;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Tests.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Segments;

public sealed class PossibleLabelsTests
{
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(90);
    private static readonly SegmentScheme Scheme = new(SegmentScheme.PredictiveName, PredictiveLabels.All, Horizon, 100m);

    [Fact]
    public void TheLabelThatTheRuleGives_IsAlwaysPossible() =>
        Gen.Select(Histories.Any, Gen.Int[0, 700]).Sample((events, day) =>
        {
            var history = new CustomerHistory("c", events, new Dictionary<string, string>());
            foreach (var example in AsOfExamples.Of(history, [Histories.Start.AddDays(day)], Horizon))
            {
                var label = PredictiveLabels.Of(example.HasPurchased, example.NewCustomer, example.FutureDays, example.FutureSpend, 100m);
                Assert.True(Possible(Scheme, example.Input)[Scheme.IndexOf(label)], label);
            }
        });

    [Theory]
    [InlineData(0, float.NaN, "browser,prospect")]
    [InlineData(1, 5f, "lapsing,high_value,promising")]
    [InlineData(1, 30.001f, "lapsing,high_value,promising,loyal,occasional")]
    [InlineData(3, 200f, "lapsing,high_value,loyal,occasional")]
    public void WhatIsKnown_RulesLabelsOut(int purchaseDays, float age, string possible) =>
        Assert.Equal(possible, string.Join(',', Scheme.Labels.Where((_, i) => Possible(Scheme, Input(purchaseDays, age))[i])));

    [Fact]
    public void ASchemeWithoutAnyPossibleLabel_OrOfAnotherKind_LeavesAllPossible()
    {
        var buyers = Scheme with { Labels = ["lapsing", "loyal"] };
        Assert.Equal([true, true], Possible(buyers, Input(0, float.NaN)));
        Assert.Equal([true, true], Possible(new SegmentScheme("own", ["gold", "silver"], Horizon, 0m), Input(3, 200f)));
    }

    private static bool[] Possible(SegmentScheme scheme, CustomerInput input)
    {
        var possible = new bool[scheme.Count];
        PossibleLabels.Mark(scheme, input, possible);
        return possible;
    }

    private static CustomerInput Input(int purchaseDays, float age)
    {
        var aggregates = new float[AggregateFeatures.Names.Length];
        aggregates[AggregateFeatures.Names.IndexOf("purchase_days")] = purchaseDays;
        aggregates[AggregateFeatures.Names.IndexOf("days_since_first_purchase")] = age;
        return new CustomerInput { AsOf = Histories.Start, Aggregates = aggregates, Attributes = [], Tokens = default };
    }
}
