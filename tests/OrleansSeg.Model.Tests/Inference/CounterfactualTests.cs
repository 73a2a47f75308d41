using OrleansSeg.Events;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Inference.Counterfactuals;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Inference;

public sealed class CounterfactualTests
{
    private static readonly SegmentModel Model = SmallShopData.Model;
    private static readonly DateTimeOffset Now = SmallShopData.Cutoff;
    private static readonly List<BehaviourEvent[]> Customers =
        [.. SmallShop.Histories(60, seed: 11).Select(history => history.Events.Where(e => e.Timestamp <= Now).ToArray()).Where(events => events.Length > 0)];

    [Fact]
    public void AnOrderMadeUp_GivesWhatTheSameOrderWouldGive_ForEveryCustomer() => Assert.All(Customers, events =>
    {
        var (input, lifetime) = Read(events, Now);
        var orders = events.GroupBy(e => e.OrderId).TakeLast(Hypotheses.OrdersLookedAt).OrderBy(lines => (float)lines.Sum(line => line.Amount)).ToList();
        foreach (var days in new[] { 0, 14 })
        {
            var made = new Hypotheses(input, lifetime, 0).All.Single(hypothesis => hypothesis.Kind == HypothesisKind.Order && hypothesis.Days == days).Input;
            var again = orders[(orders.Count - 1) / 2].Select(e => e with { EventId = $"{e.EventId}-again", OrderId = "again", Timestamp = Now.AddDays(days) });
            var real = Read([.. events, .. again], Now.AddDays(days)).Input;
            Assert.Equal(real.AsOf, made.AsOf);
            Assert.Equal(real.Aggregates, made.Aggregates);
            Assert.Equal(
                real.Tokens.ToArray().Select(step => (step.Type, step.Timestamp, step.Amount, step.Quantity, step.EventCount, step.Category, string.Join('|', step.Texts))),
                made.Tokens.ToArray().Select(step => (step.Type, step.Timestamp, step.Amount, step.Quantity, step.EventCount, step.Category, string.Join('|', step.Texts))));
        }
    });

    [Fact]
    public void Silence_ChangesNothingButTheInstant()
    {
        var (input, lifetime) = Read(Customers[0], Now);
        Assert.All(new Hypotheses(input, lifetime, 0).All.Where(hypothesis => hypothesis.Kind == HypothesisKind.Silence), silence =>
        {
            Assert.Equal(Read(Customers[0], Now.AddDays(silence.Days)).Input.Aggregates, silence.Input.Aggregates);
            Assert.Equal(input.Tokens.ToArray(), silence.Input.Tokens.ToArray());
        });
    }

    [Fact]
    public void WhatIsClaimed_IsWhatTheModelSays_AndNothingSmallerLeadsThere()
    {
        var claims = 0;
        Assert.All(Customers, events =>
        {
            var (input, lifetime) = Read(events, Now);
            var hypotheses = new Hypotheses(input, lifetime, 0);
            var forecasts = Model.Forecast([.. hypotheses.All.Select(hypothesis => hypothesis.Input)]);
            var found = Model.CounterfactualsOf(input, lifetime);
            Assert.DoesNotContain(found, change => change.Segment == Model.Decide(Model.Forecast([input])[0]));
            Assert.All(found, change =>
            {
                claims++;
                var index = Model.Scheme.IndexOf(change.Segment);
                var claimed = hypotheses.All.Index().Where(pair => pair.Item.Kind == change.Kind
                    && (change.Change.Contains(" within ", StringComparison.Ordinal) ? pair.Item.Days <= change.Days : pair.Item.Days == change.Days)).ToList();
                Assert.NotEmpty(claimed);
                Assert.All(claimed, pair => Assert.Equal(change.Segment, Model.Decide(forecasts[pair.Index])));
                Assert.Equal(claimed.Min(pair => forecasts[pair.Index].Probabilities[index]), change.Probability, 4);
                Assert.DoesNotContain(hypotheses.All.Index(), pair => (pair.Item.Kind == HypothesisKind.Silence) == (change.Kind == HypothesisKind.Silence)
                    && (pair.Item.Kind < change.Kind || (change.Kind == HypothesisKind.Silence && pair.Item.Days < change.Days))
                    && Model.Decide(forecasts[pair.Index]) == change.Segment);
            });
            Assert.Equal(found, Model.CounterfactualsOf(input, lifetime));
        });
        Assert.True(claims > Customers.Count, $"{claims} claims for {Customers.Count} customers.");
    }

    [Fact]
    public void Words_SayWhatWhenAndHowMuch()
    {
        var (input, lifetime) = Read([Purchase("a", 1), Purchase("b", 9)], Now);
        var hypotheses = new Hypotheses(input, lifetime, 0);
        int[] decided = [.. hypotheses.All.Select(hypothesis => hypothesis switch
        {
            { Kind: HypothesisKind.Silence, Days: >= 60 } => 0,
            { Kind: HypothesisKind.Order, Days: <= 14 } => 2,
            { Kind: HypothesisKind.LargeOrder, Days: 7 } => 3,
            { Kind: HypothesisKind.ThreeOrders } => 4,
            _ => 1,
        })];
        var forecasts = hypotheses.All.Select(hypothesis => new Forecast([0.1f, 0.2f, 0.7f + (hypothesis.Days / 100f), 0.4f, 0.5f], 0, 0)).ToList();
        Assert.Equal(
            [
                ("nothing for 60 days", "lapsing", 0.1f), ("one order of 1,200.5 within 14 days", "loyal", 0.7f), ("one order of 2,401 in 7 days", "high_value", 0.4f),
                ("three orders of 1,200.5, a week apart, the first now", "occasional", 0.5f),
            ],
            NearestChanges.Of(hypotheses, forecasts, decided, ["lapsing", "promising", "loyal", "high_value", "occasional"], now: 1)
                .Select(change => (change.Change, change.Segment, change.Probability)));
    }

    [Fact]
    public void WhoNeverBought_OrdersWhatWasLookedAt_AtTheUsualPriceHere_AndNobodyVisitsWhoNeverDid()
    {
        var (input, lifetime) = Read([new BehaviourEvent { EventId = "v", Type = EventType.View, Timestamp = Now.AddDays(-2), Category = "cups", Text = "RED MUG" }], Now);
        var hypotheses = new Hypotheses(input, lifetime, 21.5f);
        Assert.Equal(HypothesisKind.Visit, hypotheses.All.First(hypothesis => hypothesis.Kind != HypothesisKind.Silence).Kind);
        var order = hypotheses.All.First(hypothesis => hypothesis.Kind == HypothesisKind.Order).Input.Tokens.Span[^1];
        Assert.Equal((21.5f, "cups", "RED MUG"), (order.Amount, order.Category, order.Texts[0]));
        var (buyer, facts) = Read([Purchase("a", 3)], Now);
        Assert.DoesNotContain(new Hypotheses(buyer, facts, 0).All, hypothesis => hypothesis.Kind is HypothesisKind.Visit or HypothesisKind.Response);
    }

    [Fact]
    public void ACustomerOfWhomNothingIsKnown_HasHypothesesToo() =>
        Assert.InRange(Model.CounterfactualsOf(Read([], Now).Input, new LifetimeAggregates()).Count, 0, 2 * Model.Scheme.Count);

    [Theory]
    [InlineData(EventType.View)]
    [InlineData(EventType.Purchase)]
    [InlineData(EventType.Return)]
    [InlineData(EventType.CampaignOpened)]
    [InlineData(EventType.SupportMessage)]
    public void ACustomerOfOneEvent_IsScoredAndExplained(EventType type)
    {
        var (input, lifetime) = Read([new BehaviourEvent { EventId = "only", Type = type, Timestamp = Now.AddDays(-1), Text = new string('é', 8_192) }], Now);
        var forecast = Model.Forecast([input])[0];
        Assert.All([.. forecast.Probabilities, forecast.ExpectedSpend], value => Assert.True(float.IsFinite(value)));
        var explanation = Model.Explain(input);
        Assert.Equal(explanation.Score - explanation.BaseValue, explanation.Factors.Sum(factor => factor.Contribution), 0.01);
        Assert.All(explanation.Factors, factor => Assert.InRange(factor.Value.Length, 0, 200));
        Assert.All(Model.CounterfactualsOf(input, lifetime), change => Assert.InRange(change.Probability, 0, 1));
        Assert.InRange(input.Tokens.Span[0].Texts[0].Length, 1, SequenceTokens.TextLengthMax);
    }

    [Fact]
    public void ACustomerOfAHundredThousandEvents_IsReadAndExplainedWithinTheSameBounds()
    {
        BehaviourEvent[] events = [.. Enumerable.Range(0, 100_000).Select(i => new BehaviourEvent
        {
            EventId = $"e{i}", Type = i % 3 == 0 ? EventType.Purchase : EventType.View, Timestamp = Now.AddMinutes(5 * (i - 100_000)), OrderId = i % 3 == 0 ? $"o{i / 21}" : null,
            Quantity = 1, UnitPrice = 2, Text = "RED MUG", Backfilled = true,
        })];
        var history = new CustomerHistory("whale", events, new Dictionary<string, string>());
        var cutoffs = Enumerable.Range(1, 24).Select(step => Now.AddDays(-336 + (14 * step))).ToList();
        var examples = AsOfExamples.Of(history, cutoffs, SmallShop.Horizon).ToList();
        Assert.Equal(cutoffs.Count, examples.Count);
        Assert.All(examples, example => Assert.InRange(example.Input.Tokens.Length, 1, SequenceTokens.CountMax));
        var (input, lifetime) = Read(events, Now);
        Assert.Equal(100_000, lifetime.EventCount);
        Assert.InRange(lifetime.ToBytes().Length, 1, 32 * 1024);
        Assert.InRange(Model.CounterfactualsOf(input, lifetime).Count, 0, 2 * Model.Scheme.Count);
        Assert.NotEmpty(Model.Explain(input).Factors);
    }

    private static BehaviourEvent Purchase(string id, int daysAgo) =>
        new() { EventId = id, Type = EventType.Purchase, Timestamp = Now.AddDays(-daysAgo), OrderId = id, Quantity = 1, UnitPrice = 1_200.5m };

    private static (CustomerInput Input, LifetimeAggregates Lifetime) Read(BehaviourEvent[] events, DateTimeOffset asOf)
    {
        var lifetime = new LifetimeAggregates();
        Array.ForEach(events, lifetime.Add);
        return (CustomerInputBuilder.Build(lifetime, events, [], asOf), lifetime);
    }
}
