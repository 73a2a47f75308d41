using CsCheck;
using OrleansSeg.Events;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Tests.Features;

/// <summary>The fold against its rule written out plainly.</summary>
public sealed class SequenceTokensTests
{
    private static readonly EventType[] Types = [EventType.Purchase, EventType.Return, EventType.View];

    /// <summary>Few orders, days, amounts, categories and texts, so that they meet.</summary>
    private static readonly Gen<BehaviourEvent> CrowdedEvent =
        from id in Gen.Int[0, 1_000_000]
        from type in Gen.Int[0, 2].Select(i => Types[i])
        from hour in Gen.Int[0, 24 * 5]
        from order in Gen.Int[0, 3]
        from price in Gen.Int[0, 3]
        from quantity in Gen.Int[0, 2]
        from category in Gen.Int[0, 3]
        from text in Gen.Int[0, 8]
        from rating in Gen.Int[0, 5]
        select new BehaviourEvent
        {
            EventId = $"e{id}",
            Type = type,
            Timestamp = Histories.Start.AddHours(hour),
            OrderId = order == 0 ? null : $"o{order}",
            UnitPrice = price == 0 ? null : price,
            Quantity = quantity == 0 ? null : quantity,
            Category = category == 0 ? null : $"category {category}",
            Text = text == 0 ? " " : $"title {text}",
            Rating = rating == 0 ? null : rating,
        };

    private static readonly Gen<BehaviourEvent[]> Crowded =
        CrowdedEvent.Array[0, 80].Select(events => events.DistinctBy(e => e.EventId).Order(EventOrder.Instance).ToArray());

    [Fact]
    public void Fold_OfAnyEvents_IsTheRuleWrittenOut() => Crowded.Sample(events =>
    {
        var folded = SequenceTokens.Fold(events);
        var expected = ByTheRule(events);
        Assert.Equal(expected.Length, folded.Length);
        foreach (var (should, step) in expected.Zip(folded))
        {
            Assert.Equal(should.Texts, step.Texts);
            Assert.Equal(should, step with { Texts = should.Texts });
        }
    });

    [Fact]
    public void Fold_OfManyDays_KeepsTheLatestSteps()
    {
        var events = Enumerable.Range(0, 100).Select(day => new BehaviourEvent
        {
            EventId = $"e{day}",
            Type = EventType.View,
            Timestamp = Histories.Start.AddDays(day),
        }).ToArray();
        var folded = SequenceTokens.Fold(events);
        Assert.Equal(SequenceTokens.CountMax, folded.Length);
        Assert.Equal(events[^SequenceTokens.CountMax..].Select(e => e.Timestamp), folded.Select(step => step.Timestamp));
    }

    private static SequenceToken[] ByTheRule(BehaviourEvent[] events) =>
    [
        .. events.Index()
            .GroupBy(pair => pair.Item.Type != EventType.View && pair.Item.OrderId is { } order
                ? (pair.Item.Type, order)
                : (pair.Item.Type, $"day {pair.Item.Timestamp.UtcDateTime.Date:O}"))
            .OrderBy(step => step.Last().Index)
            .Select(step => Token([.. step.Select(pair => pair.Item)])),
    ];

    private static SequenceToken Token(BehaviourEvent[] events) => new()
    {
        Type = events[0].Type,
        Timestamp = events[^1].Timestamp,
        EventCount = events.Length,
        Quantity = (float)events.Sum(e => e.Quantity ?? 0m),
        Amount = (float)events.Sum(e => e.Amount),
        Rating = events.Where(e => e.Rating.HasValue).Select(e => e.Rating!.Value).DefaultIfEmpty(float.NaN).Average(),
        Category = events
            .Where(e => e.Category is not null)
            .GroupBy(e => e.Category)
            .MaxBy(group => (group.Sum(e => e.Amount), group.Count()))?.Key,
        Texts = [.. events
            .Where(e => !string.IsNullOrWhiteSpace(e.Text))
            .OrderByDescending(e => e.Amount)
            .Select(e => e.Text!)
            .Distinct()
            .Take(SequenceTokens.TextCountMax)],
    };
}
