using System.Text.Json;
using CsCheck;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Model.Tests.Federation.Privacy;

public sealed class PrivacyBudgetTests
{
    private static RenyiCurve Steps(long count, double noise = 1.1) => new PrivateSteps(SamplingScheme.Poisson, 0.01, noise, count).Curve();

    [Fact]
    public void Budget_SpentRoundByRound_StopsBeforeItIsExceeded()
    {
        var budget = PrivacyBudget.Start(2, 1e-5);
        var rounds = 0;
        while (budget.Allows(Steps(50)))
        {
            (budget, rounds) = (budget.Spend(Steps(50)), rounds + 1);
            Assert.InRange(budget.Loss().Epsilon, 0, 2);
        }

        Assert.InRange(rounds, 2, 1000);
        Assert.True(RenyiAccountant.Poisson(0.01, 1.1).Times((rounds + 1) * 50).At(1e-5).Epsilon > 2);
        var exception = Assert.Throws<PrivacyBudgetSpentException>(() => budget.Spend(Steps(50)));
        Assert.Same(budget, exception.Budget);
        Assert.Matches(@"^1\.\d+ of epsilon 2 at delta 1E-05 is spent, and the next steps would make it 2\.\d+\.$", exception.Message);
        Assert.Equal(Steps(rounds * 50).At(1e-5).Epsilon, budget.Loss().Epsilon, 9);
    }

    [Fact]
    public void Loss_HangsOnWhatIsSpent_NotOnItsOrderOrItsParts() =>
        Gen.Select(Gen.Long[1, 400], Gen.Long[1, 400], Gen.Double[0.8, 3]).Sample(
            (first, second, noise) =>
            {
                var start = PrivacyBudget.Start(1e6, 1e-6);
                var one = start.Spend(Steps(first)).Spend(Steps(second, noise));
                Assert.Equal(one.Loss().Epsilon, start.Spend(Steps(second, noise)).Spend(Steps(first)).Loss().Epsilon, 9);
                var whole = start.Spend(Steps(first + second));
                Assert.Equal(whole.Loss().Epsilon, start.Spend(Steps(first)).Spend(Steps(second)).Loss().Epsilon, 9);
                Assert.True(one.Loss().Epsilon >= start.Spend(Steps(first)).Loss().Epsilon);
            },
            iter: 20);

    [Fact]
    public void BudgetWithoutABound_AllowsEverything_AndCounts()
    {
        var budget = PrivacyBudget.Start(double.PositiveInfinity, 1e-5).Spend(Steps(1000, 0.3));
        Assert.True(budget.Allows(Steps(100_000, 0.3)));
        Assert.InRange(budget.Loss().Epsilon, 1, 1000);
    }

    [Fact]
    public void EitherOfTwo_CostsNoMoreThanBoth_AndNoLessThanOne()
    {
        var (few, many) = (Steps(10, 0.8), Steps(300, 2));
        var either = few.Or(many).At(1e-5).Epsilon;
        Assert.InRange(either, Math.Max(few.At(1e-5).Epsilon, many.At(1e-5).Epsilon), few.And(many).At(1e-5).Epsilon);
    }

    [Fact]
    public void NoiseMultiplierFor_IsTheLeastThatIsEnough()
    {
        foreach (var (epsilon, scheme) in new[]
        {
            (1.0, SamplingScheme.Poisson), (8.0, SamplingScheme.Poisson), (50.0, SamplingScheme.Poisson), (3.0, SamplingScheme.FixedSize),
        })
        {
            var noise = PrivacyBudget.NoiseMultiplierFor(epsilon, 1e-5, scheme, 0.02, 500);
            Assert.True(PrivacyBudget.Start(epsilon, 1e-5).Allows(new PrivateSteps(scheme, 0.02, noise, 500).Curve()));
            Assert.False(PrivacyBudget.Start(epsilon, 1e-5).Allows(new PrivateSteps(scheme, 0.02, noise * 0.999, 500).Curve()));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyBudget.NoiseMultiplierFor(0, 1e-5, SamplingScheme.Poisson, 0.02, 500));
    }

    [Fact]
    public void Budget_WrittenAndReadBack_GoesOn()
    {
        var budget = PrivacyBudget.Start(2, 1e-5).Spend(Steps(50)).Spend(Steps(3, 2));
        var again = JsonSerializer.Deserialize<PrivacyBudget>(JsonSerializer.Serialize(budget, BundleJson.Compact), BundleJson.Compact)!;
        Assert.Equal(budget.Spent.Values.AsEnumerable(), again.Spent.Values.AsEnumerable());
        Assert.Equal(budget.Loss(), again.Loss());
        Assert.Equal(budget.Spend(Steps(4, 2)).Loss(), again.Spend(Steps(4, 2)).Loss());
    }
}
