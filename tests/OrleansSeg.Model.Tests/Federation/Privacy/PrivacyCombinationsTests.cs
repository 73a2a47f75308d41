using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Compression;
using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Model.Tests.Federation.Privacy;

public sealed class PrivacyCombinationsTests
{
    /// <summary>The table of the type's remarks: the setting, and whether it goes with secure aggregation, the customer, the trainer.</summary>
    public static TheoryData<string, bool, bool, bool> Table => new()
    {
        { "fedavg", true, true, true },
        { "fedprox", true, true, true },
        { "fedavgm", true, true, true },
        { "fedadam", true, true, true },
        { "fedyogi", true, true, true },
        { "scaffold", false, false, false },
        { "another strategy", false, false, false },
        { "none", true, true, true },
        { "int8", false, true, true },
        { "topk", false, true, true },
        { "late", false, true, false },
        { "asynchronous", false, true, false },
        { "weighed", true, true, false },
        { "no update clip", false, true, false },
        { "no customer clip", true, false, true },
        { "no noise", true, false, false },
        { "2 trainers", false, true, true },
        { "256 trainers", false, true, true },
        { "2 reporters", false, true, true },
        { "0 reporters", false, true, false },
        { "5 reporters", false, true, false },
    };

    private static PrivacyPlan Plan => new()
    {
        Trainers = 4, ReportersMin = 3, NoiseMultiplier = 1, CustomerClipNorm = 1, UpdateClipNorm = 1, WeighByExamples = false,
    };

    private static PrivacyPlan With(PrivacyPlan plan, string setting) => setting switch
    {
        "none" or "int8" or "topk" => plan with { Compression = setting },
        "late" => plan with { LateUpdates = "keep" },
        "asynchronous" => plan with { Synchronous = false },
        "weighed" => plan with { WeighByExamples = true },
        "no update clip" => plan with { UpdateClipNorm = null },
        "no customer clip" => plan with { CustomerClipNorm = 0 },
        "no noise" => plan with { NoiseMultiplier = 0 },
        "2 trainers" => plan with { Trainers = 2, ReportersMin = 2 },
        "256 trainers" => plan with { Trainers = 256 },
        "2 reporters" => plan with { ReportersMin = 2 },
        "0 reporters" => plan with { ReportersMin = 0 },
        "5 reporters" => plan with { ReportersMin = 5 },
        _ => plan with { Strategy = setting },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Cell_IsWhatTheTableSays(string setting, bool secure, bool customer, bool trainer)
    {
        Cell(secure, "SecureAggregation ", With(Plan with { SecureAggregation = true, NoiseMultiplier = 0 }, setting));
        Cell(customer, "Unit Customer ", With(Plan with { Unit = PrivacyUnit.Customer }, setting));
        Cell(trainer, "Unit Trainer ", With(Plan with { Unit = PrivacyUnit.Trainer }, setting));
        Cell(secure && customer, null, With(Plan with { SecureAggregation = true, Unit = PrivacyUnit.Customer }, setting));
        Cell(secure && trainer, null, With(Plan with { SecureAggregation = true, Unit = PrivacyUnit.Trainer }, setting));
        Cell(true, null, With(Plan with { NoiseMultiplier = 0 }, setting));
    }

    [Fact]
    public void EveryCombination_IsRefusedExactlyWhenAPairOfItIs()
    {
        var settings = Table.Select(row => ((string)row[0], (bool)row[1], (bool)row[2], (bool)row[3])).ToList();
        string[] strategies = [.. AggregationStrategies.Names];
        string[] compressors = [.. UpdateCompressors.Names];
        Assert.All(strategies.Concat(compressors), name => Assert.Contains(settings, row => row.Item1 == name));
        foreach (var (strategy, compression, late, waits, weighed, secure, unit) in
            from strategy in strategies
            from compression in compressors
            from late in new[] { false, true }
            from waits in new[] { false, true }
            from weighed in new[] { false, true }
            from secure in new[] { false, true }
            from unit in Enum.GetValues<PrivacyUnit>()
            select (strategy, compression, late, waits, weighed, secure, unit))
        {
            var chosen = new List<string> { strategy, compression };
            chosen.AddRange(late ? ["late"] : []);
            chosen.AddRange(waits ? [] : ["asynchronous"]);
            chosen.AddRange(weighed ? ["weighed"] : []);
            var rows = settings.Where(row => chosen.Contains(row.Item1)).ToList();
            var goes = (!secure || rows.All(row => row.Item2)) && (unit != PrivacyUnit.Customer || rows.All(row => row.Item3))
                && (unit != PrivacyUnit.Trainer || rows.All(row => row.Item4));
            var plan = chosen.Aggregate(
                Plan with { SecureAggregation = secure, Unit = unit, NoiseMultiplier = unit == PrivacyUnit.None ? 0 : 1 }, With);
            Assert.True(goes == PrivacyCombinations.Faults(plan).IsEmpty, plan.ToString());
        }
    }

    [Fact]
    public void Check_OfAPlanWithTwoFaults_NamesBothSettingsAndTheReasonOfEach() => Assert.Equal(
        """
        SecureAggregation does not go with Strategy 'scaffold': trainers would send control variates beside the masked sum.
        SecureAggregation does not go with LateUpdates 'keep': masks cancel in their own round alone.
        """.ReplaceLineEndings("\n"),
        Assert.Throws<PrivacyCombinationException>(() => PrivacyCombinations.Check(
            Plan with { SecureAggregation = true, NoiseMultiplier = 0, Strategy = "scaffold", LateUpdates = "keep" })).Message);

    [Fact]
    public void Noise_ForNobody_IsRefused() => Assert.Equal(
        ["NoiseMultiplier 0.5 does not go with Unit None: noise that is not set for anybody protects nobody."],
        PrivacyCombinations.Faults(Plan with { NoiseMultiplier = 0.5 }).AsEnumerable());

    private static void Cell(bool goes, string? names, PrivacyPlan plan)
    {
        var faults = PrivacyCombinations.Faults(plan);
        Assert.True(goes == faults.IsEmpty, $"{plan}: {string.Join('\n', faults)}");
        Assert.All(faults, fault => Assert.True(names is null || fault.StartsWith(names, StringComparison.Ordinal), fault));
        Assert.All(faults, fault => Assert.Matches(" (does not go with|needs) [A-Z][A-Za-z]+ .+: .+\\.$", fault));
        if (goes)
        {
            PrivacyCombinations.Check(plan);
        }
    }
}
