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
            AssertSameInput(Cut(events), Cut([.. events, later]));
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

    [Fact]
    public void ManyCutoffs_InOnePass_GiveWhatEachAloneGives() =>
        Gen.Select(Histories.Any, Gen.Int[0, 40].Array[60]).Sample((events, delays) =>
        {
            // A third of the events are live and were recorded days late.
            var mixed = events.Select((e, i) => i % 3 == 0 ? e with { Backfilled = false, RecordedAt = e.Timestamp.AddDays(delays[i]) } : e).ToArray();
            var history = new CustomerHistory("c", mixed, new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" });
            var cutoffs = Enumerable.Range(1, 12).Select(month => Histories.Start.AddDays(60 * month)).ToList();
            var together = AsOfExamples.Of(history, cutoffs, Horizon).ToDictionary(example => example.Cutoff);
            foreach (var cutoff in cutoffs)
            {
                var alone = AsOfExamples.Of(history, [cutoff], Horizon).SingleOrDefault();
                AssertSame(alone, together.GetValueOrDefault(cutoff));
                AssertSame(alone, ByHand(history, cutoff));
            }
        });

    [Fact]
    public void Steps_ThatDoNotChange_AreSharedBetweenCutoffs()
    {
        var history = new CustomerHistory("c", [Purchase("a", Cutoff.AddDays(-40)), Purchase("b", Cutoff.AddDays(5))], new Dictionary<string, string>());
        var examples = AsOfExamples.Of(history, [Cutoff, Cutoff.AddDays(10), Cutoff.AddDays(20)], Horizon).ToList();
        Assert.Equal([1, 2, 2], examples.Select(example => example.Input.Tokens.Length));
        Assert.Same(examples[0].Input.Tokens.Span[0], examples[1].Input.Tokens.Span[0]);
        Assert.True(examples[1].Input.Tokens.Equals(examples[2].Input.Tokens));
    }

    [Fact]
    public void AHundredThousandEvents_AtManyCutoffs_KeepTheirLastSteps()
    {
        var events = Enumerable.Range(0, 100_000).Select(i => Purchase($"{i:D6}", Histories.Start.AddMinutes(i * 5)) with { OrderId = $"{i / 200}" }).ToList();
        var cutoffs = Enumerable.Range(1, 26).Select(i => Histories.Start.AddDays(13 * i)).ToList();
        var examples = AsOfExamples.Of(new CustomerHistory("c", events, new Dictionary<string, string>()), cutoffs, Horizon).ToList();
        Assert.Equal(26, examples.Count);
        Assert.Equal(21, examples[^1].Input.Tokens.Length); // 4,096 lines of orders of 200
        Assert.Equal(100_000 * 10m, examples[^1].FutureSpend + events.Count(e => e.Timestamp <= cutoffs[^1]) * 10m);
    }

    private static AsOfExample? ByHand(CustomerHistory history, DateTimeOffset cutoff)
    {
        var known = history.Events.Where(e => e.Timestamp <= cutoff && (e.Backfilled || e.RecordedAt <= cutoff)).ToArray();
        var future = history.Events.Where(e => e.Timestamp > cutoff && e.Timestamp <= cutoff + Horizon && e.Type == EventType.Purchase).ToList();
        var aggregates = new LifetimeAggregates();
        Array.ForEach(known, aggregates.Add);
        return known.Length == 0 ? null : new AsOfExample(
            history.CustomerId, cutoff, CustomerInputBuilder.Build(aggregates, known, history.Attributes, cutoff), aggregates.PurchaseDays > 0,
            aggregates.FirstPurchase is { } first && cutoff - first <= TimeSpan.FromDays(30),
            future.Select(e => e.Timestamp.UtcDateTime.Date).Distinct().Count(), future.Sum(e => e.Amount));
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

    private static void AssertSameInput(AsOfExample? one, AsOfExample? other)
    {
        Assert.Equal(one is null, other is null);
        if (one is not null)
        {
            Assert.Equal(one.Input.Aggregates, other!.Input.Aggregates);
            Assert.Equal(Describe(one.Input), Describe(other.Input));
            Assert.Equal(one.Input.Attributes, other.Input.Attributes);
        }
    }

    private static void AssertSame(AsOfExample? one, AsOfExample? other)
    {
        AssertSameInput(one, other);
        if (one is not null)
        {
            Assert.Equal(
                (one.HasPurchased, one.NewCustomer, one.FutureDays, one.FutureSpend),
                (other!.HasPurchased, other.NewCustomer, other.FutureDays, other.FutureSpend));
        }
    }

    private static string Describe(CustomerInput input) => string.Join(
        '\n', input.Tokens.ToArray().Select(t => $"{t.Type} {t.Timestamp:O} {t.EventCount} {t.Quantity} {t.Amount} {t.Rating} {t.Category} {string.Join('|', t.Texts)}"));
}
