using OrleansSeg.Events;
using OrleansSeg.Model.Evaluation.Robustness;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Tests.Training;

namespace OrleansSeg.Model.Tests.Evaluation;

public sealed class RobustnessComparisonTests
{
    [Fact]
    public async Task EveryChannelThatIsThere_IsTakenAway_AndTheOthersAreNamed()
    {
        var comparison = new RobustnessComparison(SmallShop.Histories(), SmallShopData.Trainer(epochs: 1), SmallShop.Plan, null);
        var report = await comparison.RunAsync(SmallShopData.Cutoff, age: TimeSpan.FromDays(330), default);
        Assert.Equal(
            ["whole", "no texts", "no categories", "no profile", "no prices", "the last 14 days missing", "the latest order or day alone"],
            report.Inputs.Select(input => input.Input));
        Assert.Equal(["no browsing", "no campaigns", "no returns", "no reviews and messages"], report.Absent);
        Assert.All(report.Inputs, input => Assert.True(double.IsFinite(input.LogLoss)));
        Assert.NotEqual(0, report.Inputs.Single(input => input.Input == "the latest order or day alone").Difference!.Mean);
        Assert.NotNull(report.NoOlderModel);
    }

    [Fact]
    public void AChannel_IsTakenFromThePastAlone_WhereTheInputWouldTellTheFuture()
    {
        var cutoff = SmallShop.Start.AddDays(100);
        BehaviourEvent[] events = [.. new[] { 10, 50, 95, 120 }.Select(day => new BehaviourEvent
        {
            EventId = $"e{day}", Type = EventType.Purchase, Timestamp = SmallShop.Start.AddDays(day), UnitPrice = 3,
        })];
        var history = new CustomerHistory("c", events, new Dictionary<string, string>());
        var without = Channels.All.ToDictionary(channel => channel.Name, channel => channel.Without(history, cutoff));
        Assert.Equal(["e10", "e50", "e120"], without["the last 14 days missing"].Events.Select(e => e.EventId));
        Assert.Equal(["e95", "e120"], without["the latest order or day alone"].Events.Select(e => e.EventId));
        Assert.Same(history, without["no browsing"]);
        Assert.Same(history, without["no texts"]);
    }
}
