using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

public sealed class InsufficientDataTests
{
    [Fact]
    public async Task TooFewCustomers_AreToldHowManyAreNeeded()
    {
        var refusal = await RefusalOf(SmallShop.Histories(customers: 120));
        Assert.Equal("Training needs at least 200 customers with behaviour before the training cutoffs; there are 120.", refusal.Message);
    }

    [Fact]
    public async Task NoCustomers_AreToldSo() =>
        Assert.Equal("There is no customer with any event.", (await RefusalOf([])).Message);

    [Fact]
    public async Task TooShortAHistory_IsToldHowLongItMustBe()
    {
        var days = SmallShop.Histories(customers: 900)
            .Select(history => history with { Events = [.. history.Events.Where(e => e.Timestamp < SmallShop.Start.AddDays(90))] })
            .Where(history => history.Events.Count > 0)
            .ToList();
        Assert.Contains("at a horizon of 60 days more than 120 are needed", (await RefusalOf(days)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneLabelAlone_CannotBeTold()
    {
        // Everybody buys once, within the first month, and never again.
        var once = SmallShop.Histories(customers: 300).Select((history, i) => history with
        {
            Events = [history.Events[0] with { Timestamp = SmallShop.Start.AddDays(i % 30) }],
        }).ToList();
        once[0] = once[0] with { Events = [once[0].Events[0], once[0].Events[0] with { EventId = "latest", Timestamp = SmallShop.Start.AddDays(399) }] };
        var refusal = await RefusalOf(once);
        Assert.StartsWith("Training needs at least two segments with 20 examples each; only lapsing has as many", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARareLabel_IsLeftOut_AndCounted()
    {
        // A handful of customers who only ever look: browsers, too few to learn from.
        var lookers = SmallShop.Histories(customers: 3, seed: 8).Select((history, i) => history with
        {
            CustomerId = $"looker{i}", Events = [.. history.Events.Select(e => e with { Type = Events.EventType.View })],
        });
        var data = await ExampleReader.ReadForEvaluationAsync(
            SmallShop.Source(SmallShop.Histories().Concat(lookers)), SmallShopData.Cutoff, SmallShop.Plan, null, default);
        Assert.DoesNotContain("browser", data.Scheme.Labels);
        Assert.InRange(data.DroppedLabels["browser"], 1, 19);
        Assert.True(data.LeftOut > 0);
    }

    [Fact]
    public async Task CutoffThatRetentionMadeImpossible_IsRefused()
    {
        var whole = SmallShopData.Cutoff.AddDays(1);
        var refusal = await Assert.ThrowsAsync<InsufficientDataException>(() => ExampleReader.ReadForEvaluationAsync(
            SmallShop.Source(SmallShop.Histories()), SmallShopData.Cutoff, SmallShop.Plan with { WholeFrom = whole }, null, default));
        Assert.Equal($"Cutoff {SmallShopData.Cutoff:O} is before {whole:O}: retention has dropped events that it would need.", refusal.Message);
    }

    [Fact]
    public async Task TrainingCutoffs_BeforeRetention_AreNotUsed()
    {
        var all = await ReadAsync(SmallShop.Plan);
        var whole = all.Split.Training[^2];
        var some = await ReadAsync(SmallShop.Plan with { WholeFrom = whole });
        Assert.Equal([all.Split.Training[^1]], some.Split.Training);

        static Task<LabelledData> ReadAsync(TrainingPlan plan) =>
            ExampleReader.ReadForTrainingAsync(SmallShop.Source(SmallShop.Histories()), plan, null, default);
    }

    private static Task<InsufficientDataException> RefusalOf(List<CustomerHistory> histories) => Assert.ThrowsAsync<InsufficientDataException>(() =>
        TrainingPipeline.TrainAsync(SmallShop.Source(histories), SmallShop.Plan, null, default));
}
