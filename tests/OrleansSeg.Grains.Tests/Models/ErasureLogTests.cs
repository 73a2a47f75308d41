using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Models;

public sealed class ErasureLogTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 10, null, true)]
    [InlineData(0, 9, null, false)]
    [InlineData(1, 10, null, false)]
    [InlineData(0, 10, 5, true)]
    [InlineData(0, 10, 4, false)]
    public void Erasure_IsCovered_WhereTheCustomerWasThere_AndNotYetErased(long erasures, int watermark, int? until, bool expected)
    {
        var log = ErasureLog.Empty.With(Mark(knownFrom: 10, eventsFrom: 5));
        var reading = new ModelReading("shop", Start.AddDays(watermark), until is { } days ? Start.AddDays(days) : null, erasures);
        Assert.Equal(expected, log.CoveredBy([reading]).Any());
    }

    [Fact]
    public void ErasureThatIsToldTwice_OrReadTwice_CountsOnce()
    {
        var mark = Mark(1, 1);
        var log = ErasureLog.Empty.With(mark).With(Mark(2, 2)).With(mark);
        Assert.Equal((2, 1), (log.Number, log.NumberOf(mark.Token)));
        Assert.Equal(2, log.CoveredBy([Reading(0, 3), Reading(0, 4), Reading(1, 5)]).Sum(entry => entry.Count));
    }

    [Fact]
    public void LongLog_JoinsItsOldest_AndMarksNoFewerVersions()
    {
        var log = ErasureLog.Empty;
        for (var day = 0; day < ErasureLog.EntriesMax + 10; day++)
        {
            log = log.With(Mark(day, day));
        }

        Assert.Equal((ErasureLog.EntriesMax + 10, ErasureLog.EntriesMax), (log.Number, log.Entries.Length));
        Assert.Equal(log.Number, log.CoveredBy([Reading(0, 10_000)]).Sum(entry => entry.Count));
        Assert.Equal(11, log.CoveredBy([Reading(0, 0)]).Sum(entry => entry.Count));
        Assert.Equal([11, 12], log.Of([3, 11, 12]).Select(entry => entry.Number));
    }

    [Fact]
    public void WhatIsInherited_IsWhatTheRunsOwnReadingsDoNotSay()
    {
        var log = ErasureLog.Empty.With(Mark(0, 0)).With(Mark(5, 5));
        var logs = new Dictionary<string, ErasureLog> { ["shop"] = log };
        ModelReading[] own = [Reading(2, 20)];
        ModelReading clean = Reading(2, 10), tainted = Reading(1, 10), before = Reading(0, -1), elsewhere = new("other", Start, null, 7);
        Assert.Empty(ModelReadings.Inherited([clean, before], own, logs));
        Assert.Equal([tainted], ModelReadings.Inherited([tainted, clean, tainted], own, logs).ToArray());
        Assert.Equal([elsewhere], ModelReadings.Inherited([elsewhere, clean], own, logs).ToArray());
        Assert.Equal([clean], ModelReadings.Inherited([clean], own, new Dictionary<string, ErasureLog>()).ToArray());
        var many = ModelReadings.Inherited(Enumerable.Range(0, 40).Select(number => new ModelReading("other", Start.AddDays(number), null, number)), own, logs);
        Assert.Equal((16, 0, Start.AddDays(24)), (many.Length, many[^1].Erasures, many[^1].Watermark));
    }

    private static ErasureMark Mark(int knownFrom, int eventsFrom) => new(Guid.NewGuid(), Start.AddDays(knownFrom), Start.AddDays(eventsFrom));

    private static ModelReading Reading(long erasures, int watermark) => new("shop", Start.AddDays(watermark), null, erasures);
}
