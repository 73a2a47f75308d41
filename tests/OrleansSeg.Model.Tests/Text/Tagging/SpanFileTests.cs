using System.Text;
using OrleansSeg.Events;
using OrleansSeg.Model.Text.Tagging;

namespace OrleansSeg.Model.Tests.Text.Tagging;

public sealed class SpanFileTests
{
    [Fact]
    public void Utterances_GiveSpansOfWholeWords_AndBadOnesAreRejectedByNumber()
    {
        const string Json = """
            [{"userInput":{"text":"a table for 2 adults at 7.30pm"},"labels":[{"slot":"time","valueSpan":{"startIndex":24,"endIndex":30}},{"slot":"people","valueSpan":{"startIndex":12,"endIndex":20}}]},
             {"userInput":{"text":"13"},"labels":[{"slot":"time","valueSpan":{"endIndex":2}}]},
             {"userInput":{"text":"yes"}},
             {"userInput":{"text":"hi"},"labels":[{"slot":"time","valueSpan":{"startIndex":5,"endIndex":9}}]},
             {"labels":[]},
             {"userInput":{"text":"a b"},"labels":[{"slot":"x","valueSpan":{"startIndex":0,"endIndex":3}},{"slot":"y","valueSpan":{"startIndex":2,"endIndex":3}}]}]
            """;
        var rejected = new List<int>();
        var read = SpanFile.Read(Encoding.UTF8.GetBytes(Json), (number, _) => rejected.Add(number));
        Assert.Equal([4, 5, 6], rejected);
        Assert.Equal([new WordSpan(3, 4, "people"), new WordSpan(6, 6, "time")], read.Texts[0].Spans.ToArray());
        Assert.Equal([new WordSpan(0, 0, "time")], read.Texts[1].Spans.ToArray());
        Assert.Empty(read.Texts[2].Spans);
    }

    [Fact]
    public void Findings_AreEventsThatRecordAccepts_WithTheSameIdsTwice()
    {
        const string Text = "Bought a mug, looked for a lamp";
        TagSpan[] spans = [new(0, 12, "buy", 0.9f), new(14, 31, "search", 0.8f), new(9, 12, "weather", 0.7f)];
        var at = new DateTimeOffset(2026, 11, 1, 10, 0, 0, TimeSpan.FromHours(2));
        var events = TaggedEvents.Of(Text, spans, at, "chat").ToList();
        Assert.Equal([(EventType.Purchase, "Bought a mug"), (EventType.Search, "looked for a lamp")], events.Select(e => (e.Type, e.Text!)));
        Assert.All(events, e => Assert.Null(EventValidator.FindProblem(e, at.AddDays(1))));
        Assert.Equal(events, TaggedEvents.Of(Text, spans, at, "chat"));
        Assert.Empty(events.Select(e => e.EventId).Intersect(TaggedEvents.Of(Text, spans, at.AddSeconds(1), "chat").Select(e => e.EventId)));
    }
}
