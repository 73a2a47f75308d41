using CsCheck;
using OrleansSeg.Events;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Tests.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

public sealed class AsOfExamplesTests
{
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(90);
    private static readonly DateTimeOffset Cutoff = Histories.Start.AddDays(365);

    [Fact]
    public void Input_WithAnEventAfterTheCutoffAdded_StaysTheSame() =>
        Gen.Select(Histories.Any, Histories.AnyEvent).Sample((events, extra) =>
        {
            var later = extra with { EventId = "later", Timestamp = Cutoff.AddMinutes(1) };
            AssertSame(Cut(events), Cut([.. events, later]));
        });

    [Fact]
    public void Input_WithAnEventBeforeTheCutoffAdded_Changes()
    {
        // The check above would pass for features that see nothing at all; this one shows that they see the past.
        var events = new[] { Purchase("a", Cutoff.AddDays(-40)) };
        var leaked = Purchase("b", Cutoff.AddMinutes(-1));
        Assert.NotEqual(Cut(events)!.Input.Aggregates, Cut([.. events, leaked])!.Input.Aggregates);
    }

    [Fact]
    public void LiveEvent_RecordedAfterTheCutoff_WasNotKnownThen()
    {
        var live = Purchase("b", Cutoff.AddDays(-1)) with { Backfilled = false, RecordedAt = Cutoff.AddDays(2) };
        var known = Purchase("a", Cutoff.AddDays(-40));
        AssertSame(Cut([known]), Cut([known, live]));
        var inTime = live with { RecordedAt = Cutoff.AddDays(-1) };
        Assert.Equal(2, Cut([known, inTime])!.Input.Tokens.Length);
    }

    [Fact]
    public void Training_AndServing_SeeTheSame() =>
        Histories.Any.Sample(events =>
        {
            var past = events.Where(e => e.Timestamp <= Cutoff).ToArray();
            var aggregates = new LifetimeAggregates();
            Array.ForEach(past, aggregates.Add);
            var cut = Cut(events);
            if (past.Length == 0)
            {
                Assert.Null(cut);
                return;
            }

            var served = CustomerInputBuilder.Build(LifetimeAggregates.FromBytes(aggregates.ToBytes()), past, [], Cutoff);
            Assert.Equal(cut!.Input.Aggregates, served.Aggregates);
            Assert.Equal(Describe(cut.Input), Describe(served));
        });

    [Fact]
    public void Future_CountsDaysAndSpend_UpToTheEndOfTheHorizon()
    {
        var example = Cut([
            Purchase("a", Cutoff.AddDays(-400)),
            Purchase("b", Cutoff.AddDays(1)),
            Purchase("c", Cutoff.AddDays(1).AddMinutes(5)),
            Purchase("d", Cutoff.AddDays(90)),
            Purchase("e", Cutoff.AddDays(90).AddTicks(1))])!;
        Assert.Equal((2, 30m), (example.FutureDays, example.FutureSpend));
        Assert.True(example.HasPurchased);
        Assert.False(example.NewCustomer);
    }

    private static BehaviourEvent Purchase(string id, DateTimeOffset at) => new()
    {
        EventId = id, Type = EventType.Purchase, Timestamp = at, UnitPrice = 10m, Quantity = 1m, Backfilled = true,
    };

    private static AsOfExample? Cut(IEnumerable<BehaviourEvent> events)
    {
        var history = new CustomerHistory("c", [.. events.Order(EventOrder.Instance)], new Dictionary<string, string>());
        return AsOfExamples.Of(history, [Cutoff], Horizon).SingleOrDefault();
    }

    private static void AssertSame(AsOfExample? one, AsOfExample? other)
    {
        Assert.Equal(one is null, other is null);
        if (one is not null)
        {
            Assert.Equal(one.Input.Aggregates, other!.Input.Aggregates);
            Assert.Equal(Describe(one.Input), Describe(other.Input));
        }
    }

    private static string Describe(CustomerInput input) => string.Join(
        '\n', input.Tokens.ToArray().Select(t => $"{t.Type} {t.Timestamp:O} {t.EventCount} {t.Quantity} {t.Amount} {t.Rating} {t.Category} {string.Join('|', t.Texts)}"));
}
