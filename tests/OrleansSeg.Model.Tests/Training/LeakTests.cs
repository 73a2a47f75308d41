using OrleansSeg.Events;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

/// <summary>What happened, or became known, after the test cutoff must not reach what is fitted.</summary>
public sealed class LeakTests
{
    private static readonly DateTimeOffset Cutoff = SmallShopData.Cutoff;

    [Fact]
    public async Task AFuturePurchase_PlantedAfterTheTestCutoff_ChangesNothingThatIsFitted()
    {
        var planted = await ReadWith(Purchase("planted", Cutoff.AddHours(1)));
        Assert.Equal(Describe(SmallShopData.Data), Describe(planted));
        Assert.Equal(Inputs(SmallShopData.Data.Test!), Inputs(planted.Test!));
        Assert.NotEqual(Spends(SmallShopData.Data.Test!), Spends(planted.Test!));
    }

    [Fact]
    public async Task ALiveEvent_OfThePast_RecordedAfterTheTestCutoff_ChangesNothingThatIsFitted()
    {
        var late = Purchase("late", Cutoff.AddDays(-100)) with { Backfilled = false, RecordedAt = Cutoff.AddDays(1) };
        var planted = await ReadWith(late);
        Assert.Equal(Describe(SmallShopData.Data), Describe(planted));
        Assert.Equal(Inputs(SmallShopData.Data.Test!), Inputs(planted.Test!));
    }

    [Fact]
    public async Task AFuturePurchase_PlantedAfterTheTestCutoff_ChangesNothingThatIsFittedAgain()
    {
        var plan = SmallShop.Plan with { Refit = true };
        var (without, after, before) = (await ReadWith(plan), await ReadWith(plan, Purchase("planted", Cutoff.AddHours(1))), await ReadWith(plan, Purchase("planted", Cutoff.AddHours(-1))));
        Assert.Equal(Describe(without.Matured!), Describe(after.Matured!));
        Assert.NotEqual(Describe(without.Matured!), Describe(before.Matured!));
        Assert.True(without.Matured!.Examples.Count > without.Training.Examples.Count + without.Validation.Examples.Count);
    }

    [Fact]
    public async Task TheSamePurchase_PlantedInThePast_IsSeen()
    {
        // The checks above would pass for a reader that sees nothing; this one shows that it looks where they plant.
        var planted = await ReadWith(Purchase("planted", Cutoff.AddDays(-200)));
        Assert.NotEqual(Describe(SmallShopData.Data), Describe(planted));
    }

    private static Task<LabelledData> ReadWith(BehaviourEvent extra) => ReadWith(SmallShop.Plan, extra);

    private static async Task<LabelledData> ReadWith(TrainingPlan plan, params BehaviourEvent[] extra)
    {
        // Everybody gets the event, so that no example can miss it.
        var histories = SmallShop.Histories().Select(history => history with
        {
            Events = [.. history.Events.Concat(extra).Order(EventOrder.Instance)],
        });
        return await ExampleReader.ReadForEvaluationAsync(SmallShop.Source(histories), Cutoff, plan, null, default);
    }

    private static BehaviourEvent Purchase(string id, DateTimeOffset at) => new()
    {
        EventId = id, Type = EventType.Purchase, Timestamp = at, UnitPrice = 5_000m, Quantity = 1m, OrderId = id, Text = "PLANTED", Backfilled = true,
    };

    private static string Describe(LabelledData data) =>
        $"{data.Scheme.HighValueThreshold} {string.Join(',', data.Scheme.Labels)}\n{Describe(data.Training)}\n{Describe(data.Validation)}";

    private static string Describe(ExampleSet set) =>
        string.Join('\n', set.Examples.Select(e => $"{e.CustomerId} {e.Label} {e.HasPurchased} {e.BuysAgain} {e.FutureSpend} {Describe(e.Input)}"));

    private static List<string> Inputs(ExampleSet set) => [.. set.Examples.Select(e => $"{e.CustomerId} {Describe(e.Input)}")];

    private static List<float> Spends(ExampleSet set) => [.. set.Examples.Select(e => e.FutureSpend)];

    private static string Describe(CustomerInput input) =>
        string.Join(' ', input.Aggregates) + string.Join(' ', input.Tokens.ToArray().Select(t => $"{t.Timestamp:O} {t.Amount} {string.Join('|', t.Texts)}"));
}
