using System.Collections.Immutable;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;

namespace OrleansSeg.Grains.Tests.Federation;

public sealed class PlanCheckTests
{
    private static readonly FederatedPlan Sound = new() { Sites = ["north"] };

    [Fact]
    public void Defaults_AreSound() => Assert.Empty(PlanCheck.Problems(Sound));

    [Theory]
    [InlineData(1, 0, 1), InlineData(2, 0, 2), InlineData(3, 0, 2), InlineData(4, 0, 3), InlineData(4, 2, 2)]
    public void ReportersNeeded_AreMoreThanHalf_UnlessThePlanSaysHowMany(int trainers, int reportersMin, int needed) =>
        Assert.Equal(needed, (Sound with { TrainersPerSite = trainers, ReportersMin = reportersMin }).ReportersNeeded);

    [Fact]
    public void EverythingWrong_NamesEveryField()
    {
        var plan = new FederatedPlan
        {
            Sites = ["North", "North"],
            TrainersPerSite = 65,
            Rounds = 101,
            Strategy = "fedsgd",
            LocalEpochs = 0,
            Horizon = TimeSpan.FromHours(23),
            ReportersMin = 131,
            DeadlineMin = TimeSpan.FromMinutes(61),
            DeadlineMax = TimeSpan.FromMinutes(60),
            Compression = "zip",
            Scope = "middle",
        };
        Assert.Equal(
            [
                "Sites: 1 to 64 are needed, each once.",
                "Sites: 'North' is not a site: 1 to 32 characters of a-z, 0-9 and '-' are needed.",
                "Sites: 'North' is not a site: 1 to 32 characters of a-z, 0-9 and '-' are needed.",
                "TrainersPerSite is 65: 1 to 64, and at most 256 of all sites together.",
                "Rounds is 101: 1 to 100.",
                "LocalEpochs is 0: 1 to 50.",
                "Horizon is 23:00:00: 1 to 730 days.",
                "ReportersMin is 131: 0 to the number of trainers, 130.",
                "DeadlineMin is 01:01:00: 1 s to 1 h.",
                "DeadlineMax is 01:00:00: 10 s to 1 day, and not below DeadlineMin.",
                "Strategy is 'fedsgd': one of fedadam, fedavg, fedavgm, fedprox, fedyogi, scaffold.",
                "Compression is 'zip': one of int8, none, topk.",
                "Scope is 'middle': one of everything, fusion, heads, site-heads.",
            ],
            PlanCheck.Problems(plan));
        Assert.Contains("Rounds is 101: 1 to 100. LocalEpochs", Assert.Throws<ArgumentException>(() => PlanCheck.Check(plan)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Condition_ThatAsksNothing_OrTheImpossible_IsNamed()
    {
        Assert.Equal(["Condition asks nothing: one of its bounds is needed."], PlanCheck.Problems(Sound with { Condition = new RunCondition() }));
        Assert.Empty(PlanCheck.Problems(Sound with { Condition = new RunCondition { MaturedLabels = 1 } }));
        Assert.Equal(
            [
                "Condition.FeatureDrift is 0: a finite number above 0.",
                "Condition.SegmentDrift is NaN: a finite number above 0.",
                "Condition.CalibrationError is 1: above 0 and below 1.",
                "Condition.MaturedLabels is 0: at least 1.",
                "Condition.ModelAge is 23:00:00: at least 1 day.",
            ],
            PlanCheck.Problems(Sound with
            {
                Condition = new RunCondition { FeatureDrift = 0, SegmentDrift = double.NaN, CalibrationError = 1, MaturedLabels = 0, ModelAge = TimeSpan.FromHours(23) },
            }));
    }

    [Fact]
    public void Settings_ThatAreWrong_AreAllNamed()
    {
        var plan = Sound with
        {
            Strategy = "fedavgm",
            StrategySettings = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, double>
            {
                ["momentum"] = 1, ["proximalWeight"] = 0.1, ["serverRate"] = 0.5, ["speed"] = 2,
            }),
        };
        Assert.Equal(
            [
                "StrategySettings: momentum is 1. Must be at least 0 and below 1.",
                "StrategySettings: proximalWeight is 0.1. Aggregation strategy 'fedavgm' has no parameter ProximalWeight.",
                "StrategySettings: speed is 2. There is no setting 'speed'; there are serverRate, proximalWeight, momentum, firstDecay, secondDecay, adaptivity and examplesTotal.",
            ],
            PlanCheck.Problems(plan));
    }

    [Theory]
    [InlineData("fedavg", ""), InlineData("fedprox", "proximalWeight"), InlineData("fedavgm", "serverRate,momentum"), InlineData("scaffold", "serverRate")]
    [InlineData("fedadam", "serverRate,firstDecay,secondDecay,adaptivity"), InlineData("fedyogi", "serverRate,firstDecay,secondDecay,adaptivity")]
    public void Settings_OfTheirStrategy_AreTaken(string strategy, string settings)
    {
        var set = settings.Split(',', StringSplitOptions.RemoveEmptyEntries).ToImmutableSortedDictionary(name => name, _ => 0.5);
        Assert.Empty(PlanCheck.Problems(Sound with { Strategy = strategy, StrategySettings = set }));
    }
}
