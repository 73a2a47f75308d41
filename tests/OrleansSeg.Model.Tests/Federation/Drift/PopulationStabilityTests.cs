using OrleansSeg.Model.Federation.Drift;
using OrleansSeg.Model.Federation.Fitting;

namespace OrleansSeg.Model.Tests.Federation.Drift;

public sealed class PopulationStabilityTests
{
    [Fact]
    public void Index_IsThatOfTheFormula() =>
        Assert.Equal((0.1 * Math.Log(1.2)) - (0.1 * Math.Log(0.8)), PopulationStability.Of([50, 50], [600, 400]), 12);

    [Fact]
    public void SameShares_AreStable_WhateverTheNumbers() => Assert.Equal(0, PopulationStability.Of([10, 20, 30], [100, 200, 300]), 12);

    [Fact]
    public void SharesThatVanish_CountFinitely_AndNothingIsNothing()
    {
        Assert.InRange(PopulationStability.Of([100, 100], [200, 0]), 1, 10);
        Assert.True(double.IsNaN(PopulationStability.Of([0, 0], [1, 1])));
    }

    [Fact]
    public void Number_IsComparedInTenthsOfTheEarlierPopulation()
    {
        var then = Of(Enumerable.Range(1, 1000).Select(value => (double)value));
        Assert.Equal(0, PopulationStability.Of(then, 0, then, 0), 12);

        // A tenth moves from the first tenth beyond the last one.
        var moved = Of(Enumerable.Range(101, 1000).Select(value => (double)value));
        Assert.InRange(PopulationStability.Of(then, 0, moved, 0), 0.3, 2);

        // Twice as many of the same kind are the same.
        var twice = Histogram.Sum([then, then]);
        Assert.Equal(0, PopulationStability.Of(then, 0, twice, 0), 12);
    }

    [Fact]
    public void Missing_IsAShareOfItsOwn()
    {
        var numbers = Of(Enumerable.Range(1, 100).Select(value => (double)value));
        Assert.Equal(0, PopulationStability.Of(numbers, 100, Histogram.Sum([numbers, numbers]), 200), 12);
        Assert.InRange(PopulationStability.Of(numbers, 100, numbers, 300), 0.1, 1);
        Assert.Equal(0, PopulationStability.Of(Histogram.Empty, 100, Histogram.Empty, 50), 12);
    }

    [Fact]
    public void NumberOfOneValue_HasOneShareBelowAndOneFromIt()
    {
        var ones = Of(Enumerable.Repeat(1.0, 100));
        Assert.Equal(0, PopulationStability.Of(ones, 0, ones, 0), 12);
        Assert.InRange(PopulationStability.Of(ones, 0, Of(Enumerable.Repeat(0.0, 100)), 0), 1, 20);
    }

    private static Histogram Of(IEnumerable<double> values) =>
        Histogram.Of(values.GroupBy(ValueBins.Of).ToDictionary(bin => bin.Key, bin => bin.LongCount()));
}
