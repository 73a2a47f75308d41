using CsCheck;
using OrleansSeg.Events;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Tests.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Segments;

public sealed class RfmSegmentsTests
{
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(90);
    private static readonly RfmQuantiles Quantiles = new([20, 60, 120, 220], [1, 2, 4, 8], [50, 100, 200, 400]);
    private static readonly SegmentScheme Scheme = new(SegmentScheme.RfmName, RfmSegments.All, Horizon, 0m) { Quantiles = Quantiles };

    [Theory]
    [InlineData(5, 10, 500, "champions")]
    [InlineData(60, 5, 500, "champions")]
    [InlineData(5, 2, 150, "loyal")]
    [InlineData(100, 9, 500, "loyal")]
    [InlineData(5, 1, 30, "recent")]
    [InlineData(100, 3, 150, "needs_attention")]
    [InlineData(100, 1, 30, "about_to_sleep")]
    [InlineData(200, 9, 500, "at_risk")]
    [InlineData(300, 3, 150, "at_risk")]
    [InlineData(300, 1, 30, "hibernating")]
    [InlineData(366, 0, 0, "lost")]
    [InlineData(double.NaN, 0, 0, "no_purchase")]
    public void State_HasOneSegment(double recency, int days, double spend, string segment) =>
        Assert.Equal(segment, RfmSegments.Of(new RfmState(recency, days, spend), Quantiles));

    [Fact]
    public void Quantiles_CutActiveCustomersIntoFifths_AndTiesStayTogether()
    {
        var states = Enumerable.Range(1, 100).Select(i => new RfmState(i, i <= 70 ? 1 : i, i * 10)).Append(new RfmState(400, 0, 0)).Append(new RfmState(double.NaN, 0, 0)).ToList();
        var fitted = RfmQuantiles.Fit(states);
        Assert.Equal([20, 40, 60, 80], Enumerable.Range(1, 4).Select(score => states.Take(100).Count(state => fitted.RecencyScore(state.RecencyDays) > 5 - score)));
        Assert.All(states.Take(70), state => Assert.Equal(1, fitted.FrequencyScore(state.PurchaseDays)));
        Assert.Equal(5, fitted.MoneyScore(1000));
    }

    [Fact]
    public void Ending_LooksAtTheYearBeforeTheEndOfTheHorizon() =>
        Gen.Select(Histories.Any, Gen.Int[0, 700]).Sample((events, day) =>
        {
            var end = Histories.Start.AddDays(day) + Horizon;
            var bought = events.Where(e => e.Type == EventType.Purchase && e.Timestamp <= end).ToList();
            var year = bought.Where(e => e.Timestamp > end - RfmState.Period).ToList();
            var expected = new RfmState(
                bought.Count > 0 ? (end - bought.Max(e => e.Timestamp)).TotalDays : double.NaN,
                year.Select(e => e.Timestamp.UtcDateTime.Date).Distinct().Count(),
                (double)year.Sum(e => e.Amount));
            Assert.All(Cut(events, day), example => Assert.Equal(expected, example.Ending));
        });

    [Fact]
    public void TheSegmentThatACustomerEndsIn_IsAlwaysPossible() =>
        Gen.Select(Histories.Any, Gen.Int[0, 700]).Sample((events, day) =>
        {
            foreach (var example in Cut(events, day))
            {
                var possible = new bool[Scheme.Count];
                PossibleLabels.Mark(Scheme, example.Input, possible);
                var label = RfmSegments.Of(example.Ending, Quantiles);
                Assert.True(possible[Scheme.IndexOf(label)], label);
            }
        });

    [Fact]
    public void WhoBoughtLately_CannotBeLost_NorNew()
    {
        var possible = new bool[Scheme.Count];
        var example = Cut([new BehaviourEvent { EventId = "a", Type = EventType.Purchase, Timestamp = Histories.Start.AddDays(300), UnitPrice = 5m, Backfilled = true }], 305).Single();
        PossibleLabels.Mark(Scheme, example.Input, possible);
        Assert.Equal(["champions", "loyal", "recent", "needs_attention", "about_to_sleep"], Scheme.Labels.Where((_, i) => possible[i]));
    }

    private static IEnumerable<AsOfExample> Cut(IEnumerable<BehaviourEvent> events, int day) => AsOfExamples.Of(
        new CustomerHistory("c", [.. events.Order(EventOrder.Instance)], new Dictionary<string, string>()), [Histories.Start.AddDays(day)], Horizon);
}
