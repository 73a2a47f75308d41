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
            UpdateClipNorm = double.NaN,
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
                "UpdateClipNorm is NaN: 0 for no bound, up to 1000000.",
            ],
            PlanCheck.Problems(plan));
        Assert.Contains("Rounds is 101: 1 to 100. LocalEpochs", Assert.Throws<ArgumentException>(() => PlanCheck.Check(plan)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fedavg"), InlineData("fedprox"), InlineData("fedavgm"), InlineData("fedadam"), InlineData("fedyogi")]
    public void MaskedUpdates_GoWithStrategiesOfTheMean(string strategy) =>
        Assert.Empty(PlanCheck.Problems(Sound with { TrainersPerSite = 3, Strategy = strategy, SecureAggregation = true, UpdateClipNorm = 1 }));

    [Fact]
    public void MaskedUpdates_ThatCannotBeSummed_AreRefused_WithEveryReason()
    {
        var plan = Sound with { TrainersPerSite = 4, ReportersMin = 2, Strategy = "scaffold", Compression = "int8", Scope = "site-heads", SecureAggregation = true };
        Assert.Equal(
            [
                "SecureAggregation does not go with Scope 'site-heads': what each site trains for itself would be told beside the masked sum.",
                "SecureAggregation does not go with Strategy 'scaffold': trainers would send control variates beside the masked sum.",
                "SecureAggregation does not go with Compression 'int8': masked sums need one scale for all trainers.",
                "SecureAggregation needs UpdateClipNorm above 0: the fixed-point scale follows from it, and no server sees a broken update.",
                "SecureAggregation needs ReportersMin between 3 and Trainers, not 2: the sum of two tells each of them the other's update.",
            ],
            PlanCheck.Problems(plan));
    }

    [Theory]
    [InlineData("fedavg", "everything", "none"), InlineData("fedprox", "heads", "topk"), InlineData("fedadam", "fusion", "int8")]
    public void LateUpdates_AreKept_WhereTheyAreChangesThatCountInAMean(string strategy, string scope, string compression) => Assert.Empty(PlanCheck.Problems(
        Sound with { LateUpdates = "keep", Strategy = strategy, Scope = scope, Compression = compression, Privacy = new() { Unit = ProtectedUnit.Customer, NoiseMultiplier = 1 } }));

    [Fact]
    public void LateUpdates_ThatCannotBeKept_AreRefused_WithEveryReason()
    {
        var plan = Sound with
        {
            LateUpdates = "keep", Strategy = "scaffold", Scope = "site-heads", TrainersPerSite = 3, SecureAggregation = true, UpdateClipNorm = 1,
            Privacy = new() { Unit = ProtectedUnit.Trainer, NoiseMultiplier = 1 },
        };
        Assert.Equal(
            [
                "LateUpdates 'keep' does not go with Scope 'site-heads': late values of what each site trains for itself would undo what it has learned since.",
                "LateUpdates 'keep' does not go with Strategy 'scaffold': the change of a control variate holds for the round it was taken in alone.",
                "SecureAggregation does not go with LateUpdates 'keep': masks cancel in their own round alone.",
                "Unit Trainer does not go with LateUpdates 'keep': late ones count for less, and noise is set for equal weights.",
            ],
            PlanCheck.Problems(plan).Where(problem => problem.Contains("LateUpdates", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(["LateUpdates is 'never': one of drop, keep."], PlanCheck.Problems(Sound with { LateUpdates = "never" }));
    }

    [Theory]
    [InlineData(3, 0, 3), InlineData(4, 0, 3), InlineData(9, 0, 5), InlineData(9, 3, 3)]
    public void ReportersNeeded_OfMaskedUpdates_AreThreeAtLeast(int trainers, int reportersMin, int needed) =>
        Assert.Equal(needed, (Sound with { TrainersPerSite = trainers, ReportersMin = reportersMin, SecureAggregation = true }).ReportersNeeded);

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

    [Fact]
    public void Privacy_OutOfBounds_NamesEveryField()
    {
        var plan = Sound with
        {
            UpdateClipNorm = -1,
            Privacy = new() { Unit = (ProtectedUnit)7, NoiseMultiplier = 1e-9, CustomerClipNorm = 0, CustomersPerStep = 0, Delta = 1, EpsilonMax = double.NaN },
        };
        Assert.Equal(
            [
                "UpdateClipNorm is -1: 0 for no bound, up to 1000000.",
                "Unit is 7: none, customer or trainer.",
                "NoiseMultiplier is 1E-09: 0, or 2^-19 to 1000.",
                "CustomerClipNorm is 0: above 0, up to 1000000.",
                "CustomersPerStep is 0: 1 to 100000.",
                "Delta is 1: above 0 and below 1.",
                "EpsilonMax is NaN: 0 for no bound, up to 1000000.",
                "NoiseMultiplier 1E-09 does not go with Unit None: noise that is not set for anybody protects nobody.",
            ],
            PlanCheck.Problems(plan));
    }

    [Fact]
    public void Privacy_ThatDoesNotGoWithTheRest_IsNamedWithTheReason()
    {
        var customer = Sound with { Privacy = new() { Unit = ProtectedUnit.Customer, NoiseMultiplier = 1 } };
        Assert.Empty(PlanCheck.Problems(customer));
        Assert.Equal(
            ["Unit Customer needs NoiseMultiplier above 0: without noise there is no privacy to account for."],
            PlanCheck.Problems(customer with { Privacy = customer.Privacy with { NoiseMultiplier = 0 } }));
        Assert.StartsWith("Unit Customer does not go with Strategy 'scaffold'", Assert.Single(PlanCheck.Problems(customer with { Strategy = "scaffold" })), StringComparison.Ordinal);

        var trainer = Sound with { UpdateClipNorm = 1, Privacy = new() { Unit = ProtectedUnit.Trainer, NoiseMultiplier = 1 } };
        Assert.Empty(PlanCheck.Problems(trainer));
        Assert.Equal(
            ["Unit Trainer needs UpdateClipNorm above 0: the noise hides one trainer only if every trainer's update is clipped."],
            PlanCheck.Problems(trainer with { UpdateClipNorm = 0 }));
        Assert.Equal(
            ["Unit Trainer does not go with Scope 'site-heads': the weights that are a site's own go without noise."],
            PlanCheck.Problems(trainer with { Scope = "site-heads" }));
        Assert.Equal(
            ["EpsilonMax 2 does not go with Unit None: without noise nothing bounds what is told."],
            PlanCheck.Problems(Sound with { Privacy = new() { EpsilonMax = 2 } }));
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
