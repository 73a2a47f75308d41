using CsCheck;
using OrleansSeg.Model.Federation.Rounds;

namespace OrleansSeg.Model.Tests.Federation.Rounds;

public class AdaptiveDeadlineTests
{
    private static readonly AdaptiveDeadline Rule = new()
    {
        Deviations = 3, Floor = TimeSpan.FromSeconds(2), Ceiling = TimeSpan.FromSeconds(500), Default = TimeSpan.FromSeconds(60), ObservationsMin = 3,
    };

    [Theory]
    [InlineData(new double[0], 60)]
    [InlineData(new double[] { 10, 12 }, 60)]
    [InlineData(new double[] { 10, 12, 20 }, 12 + (3 * 2))]
    [InlineData(new double[] { 20, 10, 14, 12 }, 13 + (3 * 2))]
    [InlineData(new double[] { 10, 10, 10, 4_000 }, 10)]
    [InlineData(new double[] { 0.1, 0.1, 0.1 }, 2)]
    [InlineData(new double[] { 100, 400, 900 }, 500)]
    public void Next_OfDurations_IsMedianPlusDeviationsWithinBounds(double[] seconds, double expected) =>
        Assert.Equal(TimeSpan.FromSeconds(expected), Rule.Next([.. seconds.Select(TimeSpan.FromSeconds)]));

    [Fact]
    public void Next_DurationsInAnyOrder_IsTheSameAndFewSlowTrainersHardlyMoveIt() =>
        Gen.Double[5, 15].Array[4, 30].Sample(seconds =>
        {
            var durations = seconds.Select(TimeSpan.FromSeconds).ToArray();
            Assert.Equal(Rule.Next(durations), Rule.Next([.. durations.Reverse()]));
            var slow = durations.Select((duration, i) => i < (durations.Length - 1) / 2 ? TimeSpan.FromDays(1) : duration).ToArray();
            Assert.InRange(Rule.Next(slow), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15 + (3 * 10)));
        });

    [Fact]
    public void Observation_OfADeadlineThatMostMiss_MakesItGrow()
    {
        var deadline = TimeSpan.FromSeconds(10);
        for (var round = 0; round < 3; round++)
        {
            TimeSpan?[] taken = [TimeSpan.FromSeconds(9), null, null];
            deadline = Rule.Next([.. taken.Select(duration => AdaptiveDeadline.Observation(duration, deadline))]);
        }

        Assert.Equal(TimeSpan.FromSeconds(80), deadline);
    }

    [Fact]
    public void Next_NegativeDuration_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Rule.Next([TimeSpan.FromSeconds(-1)]));

    [Fact]
    public void Check_ValuesOutOfBounds_AreRefusedByName()
    {
        new AdaptiveDeadline().Check();
        Refused(Rule with { Deviations = double.NaN }, "Deviations");
        Refused(Rule with { Floor = TimeSpan.Zero }, "Floor");
        Refused(Rule with { Ceiling = TimeSpan.FromSeconds(1) }, "Ceiling");
        Refused(Rule with { Default = TimeSpan.FromSeconds(1) }, "Default");
        Refused(Rule with { Default = TimeSpan.FromSeconds(501) }, "Default");
        Refused(Rule with { ObservationsMin = 0 }, "ObservationsMin");

        static void Refused(AdaptiveDeadline rule, string name) => Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(rule.Check).ParamName);
    }
}
