using OrleansSeg.Model.Federation.Drift;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Tests.Federation.Training;
using OrleansSeg.Model.Tests.Training;

namespace OrleansSeg.Model.Tests.Federation.Drift;

public sealed class DriftFindingsTests
{
    private static readonly DateTimeOffset Known = SmallShop.Start.AddDays(280);
    private static readonly DriftQuestion Question = new(Known, SmallShop.Start.AddDays(340), SmallShop.Start.AddDays(400), SmallShop.Horizon, TimeSpan.FromDays(14));

    [Fact]
    public async Task CustomersWhoGoOnAsBefore_HaveNotMoved_AndThoseWhoSpendThrice_Have()
    {
        var histories = SmallShop.Histories(4_000);
        var still = await FindAsync([.. histories.SelectMany(history => Repeated(history, 1))]);
        Assert.Equal(0, still.FeatureDrift, 12);
        Assert.Equal(0, still.SegmentDrift, 12);

        var moved = await FindAsync([.. histories.SelectMany(history => Repeated(history, 3))]);
        Assert.InRange(moved.FeatureDrift, 0.25, 20);
        Assert.Contains("spend", moved.Feature, StringComparison.Ordinal);
        Assert.Equal("shop", moved.FeatureSite);
    }

    [Fact]
    public async Task Labels_HaveMaturedAtEveryCutoffSince_AndForecastsHaveTurnedOut()
    {
        var found = await FindAsync(SmallShop.Histories(4_000));
        Assert.InRange(found.MaturedLabels, 4 * 3_000, 4 * 4_000);
        Assert.InRange(found.CalibrationError, 0.01, 1);

        var fresh = await FindAsync(SmallShop.Histories(4_000), Question with { Known = Question.Matured });
        Assert.Equal((0L, true), (fresh.MaturedLabels, double.IsNaN(fresh.CalibrationError)));
    }

    [Fact]
    public async Task FewCustomers_AreNotComparedAlone_ButWithTheOthers()
    {
        var few = await CountAsync(SmallShop.Histories(300), Question);
        Assert.True(double.IsNaN(DriftFindings.Of(new Dictionary<string, DriftCounts>()).FeatureDrift));
        Assert.Equal("all sites", DriftFindings.Of(new Dictionary<string, DriftCounts> { ["a"] = few, ["b"] = few }).FeatureSite);

        var many = await CountAsync(SmallShop.Histories(4_000), Question);
        Assert.Equal("b", DriftFindings.Of(new Dictionary<string, DriftCounts> { ["a"] = few, ["b"] = many }).FeatureSite);
    }

    [Fact]
    public async Task CountsOfParts_SumToThoseOfTheWhole()
    {
        var histories = SmallShop.Histories(400);
        var whole = await CountAsync(histories, Question);
        var sum = DriftCounts.Merge([await CountAsync([.. histories.Take(150)], Question), await CountAsync([.. histories.Skip(150)], Question)]);
        Assert.Equal((whole.Then, whole.Now, whole.MaturedLabels), (sum.Then, sum.Now, sum.MaturedLabels), new BytesComparer());
        Assert.Equal(whole.SegmentsNow, sum.SegmentsNow);
        Assert.Equal(whole.SegmentsThen, sum.SegmentsThen);
        Assert.Equal(whole.Matured!.LossUnits, sum.Matured!.LossUnits);
    }

    // What each did in the 120 days before the model's latest cutoff another one does as long before the data end, so that both moments look alike.
    private static CustomerHistory[] Repeated(CustomerHistory history, int times)
    {
        var span = Question.Present - Question.Known;
        var before = history.Events.Where(e => e.Timestamp > Known - span && e.Timestamp <= Known).ToList();
        return before.Count == 0 || Holdout.Contains("shop", history.CustomerId) || Holdout.Contains("shop", $"{history.CustomerId}-again")
            ? []
            : [history with { Events = before }, history with { CustomerId = $"{history.CustomerId}-again", Events = [.. before.Select(e => e with { Timestamp = e.Timestamp + span, UnitPrice = e.UnitPrice * times })] }];
    }

    private static async Task<DriftFindings> FindAsync(List<CustomerHistory> histories, DriftQuestion? question = null) =>
        DriftFindings.Of(new Dictionary<string, DriftCounts> { ["shop"] = await CountAsync(histories, question ?? Question) });

    private static Task<DriftCounts> CountAsync(List<CustomerHistory> histories, DriftQuestion question) =>
        new LocalData("shop", SmallShop.Source(histories)).CompareAsync(question, SmallRun.Base, SmallRun.Base.Scheme, default);

    private sealed class BytesComparer : IEqualityComparer<(byte[] Then, byte[] Now, long Labels)>
    {
        public bool Equals((byte[] Then, byte[] Now, long Labels) x, (byte[] Then, byte[] Now, long Labels) y) =>
            x.Then.AsSpan().SequenceEqual(y.Then) && x.Now.AsSpan().SequenceEqual(y.Now) && x.Labels == y.Labels;

        public int GetHashCode((byte[] Then, byte[] Now, long Labels) obj) => obj.Labels.GetHashCode();
    }
}
