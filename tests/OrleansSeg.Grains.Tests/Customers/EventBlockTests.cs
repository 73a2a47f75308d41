using CsCheck;
using OrleansSeg.Customers.History;
using OrleansSeg.Events;

namespace OrleansSeg.Grains.Tests.Customers;

public sealed class EventBlockTests
{
    private static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Few distinct times, so that ties in time are ordered by id.</summary>
    private static readonly Gen<BehaviourEvent[]> Events =
        EventGen.Event(Start, 1, EventGen.Ids(10_000)).Array[0, 40].Select(events => events
            .Select((e, i) => e with { Timestamp = e.Timestamp.AddTicks(-(e.Timestamp.Ticks % TimeSpan.TicksPerHour)) })
            .DistinctBy(e => e.EventId)
            .ToArray());

    [Fact]
    public void Insert_InAnyPortions_KeepsTheOrderOfHistories() =>
        Events.Select(Gen.Int[1, 7]).Sample((events, portion) =>
        {
            var block = events.Chunk(portion).Aggregate(EventBlock.Empty, (b, chunk) => b.Insert(chunk.Select(e => (e, EventCodec.Encode(e)))));
            Assert.Equal(events.Order(EventOrder.Instance), All(block));
            Assert.Equal(All(block), All(EventBlock.Parse(block.Data)));
        });

    [Fact]
    public void SliceAndWithout_AreWhatListsGive() =>
        Events.Select(Gen.Int[0, 40], Gen.Int[0, 40], Gen.Int[2, 5]).Sample((events, a, b, modulus) =>
        {
            var block = Make(events);
            var (from, to) = (Math.Min(Math.Min(a, b), block.Count), Math.Min(Math.Max(a, b), block.Count));
            Assert.Equal(All(block)[from..to], All(block.Slice(from, to)));
            Assert.Equal(All(block).Where((_, i) => i % modulus != 0), All(block.Without(i => i % modulus == 0)));
            Assert.Same(block, block.Without(_ => false));
        });

    [Fact]
    public void Searches_FindWhatAScanFinds() =>
        Events.Where(events => events.Length > 0).Select(Gen.Int[0, 39]).Sample((events, pick) =>
        {
            var block = Make(events);
            var e = events[pick % events.Length];
            var all = All(block);
            Assert.Equal(all.FindIndex(x => x.EventId == e.EventId), block.IndexOf(e.EventId));
            Assert.Equal(all.FindIndex(x => x.Timestamp >= e.Timestamp), block.FirstAtOrAfter(e.Timestamp.UtcTicks));
            Assert.Equal(all.Count(x => EventOrder.Instance.Compare(x, e) <= 0), block.FirstAfter(e.Timestamp.UtcTicks, e.EventId));
            Assert.Equal(-1, block.IndexOf("nobody"));
            Assert.Equal(all[0].Timestamp.UtcTicks, EventBlock.FirstTicksOf(block.Data));
            Assert.Equal(e.Type, block.TypeAt(block.IndexOf(e.EventId)));
        });

    private static EventBlock Make(BehaviourEvent[] events) => EventBlock.Empty.Insert(events.Select(e => (e, EventCodec.Encode(e))));

    private static List<BehaviourEvent> All(EventBlock block) => [.. Enumerable.Range(0, block.Count).Select(i => block[i])];
}
