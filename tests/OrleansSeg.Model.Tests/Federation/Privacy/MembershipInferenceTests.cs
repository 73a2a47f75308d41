using CsCheck;
using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Model.Tests.Federation.Privacy;

public sealed class MembershipInferenceTests
{
    [Fact]
    public void Overfit_GivesMembersAway()
    {
        var random = new Random(1);
        var report = MembershipInference.Attack(Losses(random, 500, 0.4), Losses(random, 400, 1), 200, random);
        Assert.Equal((500, 400), (report.Members, report.Others));
        Assert.True(report.AdvantageInterval[0] > 0.1, $"{report.AdvantageInterval[0]}");
        Assert.True(report.AurocInterval[0] > 0.6, $"{report.AurocInterval[0]}");
        Assert.InRange(report.Advantage, report.AdvantageInterval[0], report.AdvantageInterval[1]);
        Assert.InRange(report.Auroc, report.AurocInterval[0], report.AurocInterval[1]);
    }

    [Fact]
    public void SameLosses_GiveNobodyAway()
    {
        // Of 80 intervals of 95 %, 4 miss the truth by chance, and more than 12 hardly ever.
        var missed = 0;
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var report = MembershipInference.Attack(Losses(random, 300, 1), Losses(random, 300, 1), 200, random);
            missed += report.AdvantageInterval[0] > 0 || report.AdvantageInterval[1] < 0 ? 1 : 0;
            missed += report.AurocInterval[0] > 0.5 || report.AurocInterval[1] < 0.5 ? 1 : 0;
        }

        Assert.InRange(missed, 0, 12);
    }

    [Fact]
    public void ByHand_OfFiveLosses()
    {
        // The members' mean is 2: two of three members and one of two others are at or below it; four of six pairs are in order.
        var report = MembershipInference.Attack([1, 1, 4], [2, 3], 0, new Random(1));
        Assert.Equal((2 / 3.0) - (1 / 2.0), report.Advantage, 12);
        Assert.Equal(4 / 6.0, report.Auroc, 12);
        Assert.Equal(double.NaN, report.AurocInterval[0]);
    }

    [Fact]
    public void Attack_WithTheSameSeed_IsTheSame_AndItsOrderDoesNotMatter() =>
        Gen.Select(Gen.Double[0, 5].Array[1, 30], Gen.Double[0, 5].Array[1, 30], Gen.Int).Sample((members, others, seed) =>
        {
            var report = MembershipInference.Attack(members, others, 20, new Random(seed));
            var again = MembershipInference.Attack(members, others, 20, new Random(seed));
            Assert.Equal(report.AdvantageInterval, again.AdvantageInterval);
            var turned = MembershipInference.Attack([.. members.Reverse()], [.. others.Reverse()], 0, new Random(seed));
            Assert.Equal(report.Auroc, turned.Auroc, 12);
            Assert.InRange(report.Advantage, -1, 1);
        });

    [Fact]
    public void Losses_OfOneKindAloneOrNaN_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => MembershipInference.Attack([], [1], 1, new Random(1)));
        Assert.Throws<ArgumentException>(() => MembershipInference.Attack([1], [], 1, new Random(1)));
        Assert.Throws<ArgumentException>(() => MembershipInference.Attack([1], [double.NaN], 1, new Random(1)));
        Assert.Equal(0, MembershipInference.Attack([double.PositiveInfinity], [1], 5, new Random(1)).Advantage);
    }

    private static double[] Losses(Random random, int count, double mean) =>
        [.. Enumerable.Range(0, count).Select(_ => -mean * Math.Log(1 - random.NextDouble()))];
}
