using CsCheck;
using OrleansSeg.Data.Import;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Tests.Import;

public sealed class EventIdTests
{
    private static readonly ImportOptions Events = new() { Layout = "events" };

    private static readonly Gen<CustomerEvent> WithoutId = EventFiles.Event.Select(e => e with { Event = e.Event with { EventId = "" } });

    [Fact]
    public Task SecondImport_OfShuffledRows_HasTheSameEvents() =>
        Gen.Select(WithoutId.List[1, 30], Gen.Int[1, 4], Gen.Int).SampleAsync(
            async (events, times, seed) =>
            {
                var rows = Enumerable.Repeat(events, times).SelectMany(all => all).ToArray();
                var first = await ImportRun.OfBytesAsync(EventFiles.Csv(rows), Events);
                new Random(seed).Shuffle(rows);
                var second = await ImportRun.OfBytesAsync(EventFiles.Csv(rows), Events);
                Assert.Equal(Facts(first), Facts(second));
                Assert.Equal(rows.Length, Facts(first).Select(fact => (fact.CustomerId, fact.Event.EventId)).Distinct().Count());
            },
            iter: 60);

    [Fact]
    public async Task LongerFile_KeepsTheIdsOfTheShorter()
    {
        const string header = "customerId,type,timestamp,item\n";
        const string march = "c,purchase,2019-03-01,shoe\nc,purchase,2019-03-01,shoe\n";
        var first = await ImportRun.OfTextAsync(header + march);
        var both = await ImportRun.OfTextAsync(header + "c,purchase,2019-02-01,hat\n" + march + "c,purchase,2019-03-01,shoe\n");
        Assert.Equal(first.Events.Select(e => e.Event), both.Events.Skip(1).Take(2).Select(e => e.Event));
    }

    [Fact]
    public Task EveryFieldCounts_InTheId() =>
        Gen.Select(WithoutId, WithoutId).SampleAsync(
            async (a, b) =>
            {
                var run = await ImportRun.OfBytesAsync(EventFiles.Csv([a, b]), Events);
                var (x, y) = (run.Events[0], run.Events[1]);
                var same = x.CustomerId == y.CustomerId && (x.Event with { EventId = "" }) == (y.Event with { EventId = "" });
                Assert.Equal(same ? 1 : 0, run.Report.RepeatedRows);
                Assert.NotEqual(x.Event.EventId, y.Event.EventId);
            },
            iter: 200);

    [Theory]
    [InlineData("c,purchase,2019-03-01T00:00Z,shoe,1,4.50,,", "c,purchase,2019-03-01,shoe,1.0,4.5,,")]
    [InlineData("c,purchase,2019-03-01 01:00+01:00,shoe,1,4.50,,", "c,purchase,2019-03-01,shoe,+1,4.500,, ")]
    public async Task SameContent_WrittenOtherwise_HasTheSameId(string one, string other)
    {
        const string header = "customerId,type,timestamp,item,quantity,unitPrice,text,category\n";
        Assert.Equal((await ImportRun.OfTextAsync(header + one)).Only, (await ImportRun.OfTextAsync(header + other)).Only);
    }

    [Theory]
    [InlineData("c,purchase,2019-03-01,ab,,", "c,purchase,2019-03-01,a,b,")]
    [InlineData("c,purchase,2019-03-01,,a,", "c,purchase,2019-03-01,a,,")]
    [InlineData("c,purchase,2019-03-01,,,1", "c,purchase,2019-03-01,,,")]
    [InlineData("c,purchase,2019-03-01,,,0", "c,purchase,2019-03-01,,,")]
    [InlineData("c1,view,2019-03-01,,,", "c,view,2019-03-01,,,")]
    public async Task OtherContent_HasAnotherId(string one, string other)
    {
        const string header = "customerId,type,timestamp,item,category,unitPrice\n";
        var run = await ImportRun.OfTextAsync(header + one + "\n" + other + "\n");
        Assert.NotEqual(run.Events[0].Event.EventId, run.Events[1].Event.EventId);
        Assert.Equal(0, run.Report.RepeatedRows);
    }

    [Fact]
    public async Task Ids_AreWhatTheyWereInEveryVersion()
    {
        // An id that changes would make every re-import add everything once more.
        var run = await ImportRun.OfTextAsync(
            "customerId,type,timestamp,orderId,item,category,quantity,unitPrice,rating,channel,text\nc,purchase,2019-03-01,o,i,k,2,4.50,5,web,title\nc,purchase,2019-03-01,o,i,k,2,4.50,5,web,title\n");
        Assert.Equal(["xtOZG_wwwQHm71vx", "xtOZG_wwwQHm71vx.2"], run.Events.Select(e => e.Event.EventId));
    }

    [Fact]
    public async Task IdsOfTheFile_AreKept_AndFilledInWhereTheyAreMissing()
    {
        var run = await ImportRun.OfTextAsync("customerId,eventId,type,timestamp\nc,mine,view,2019-03-01\nc,,view,2019-03-01\nc,mine,view,2019-03-01\n");
        Assert.Equal("mine", run.Events[0].Event.EventId);
        Assert.Equal(16, run.Events[1].Event.EventId.Length);
        Assert.Equal("mine", run.Events[2].Event.EventId);
    }

    private static IEnumerable<(string CustomerId, BehaviourEvent Event)> Facts(ImportRun run) =>
        run.Events.Select(e => (e.CustomerId, e.Event)).OrderBy(fact => fact.CustomerId, StringComparer.Ordinal).ThenBy(fact => fact.Event.EventId, StringComparer.Ordinal);
}
