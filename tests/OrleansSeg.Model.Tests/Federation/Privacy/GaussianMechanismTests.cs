using System.Security.Cryptography;
using CsCheck;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Tests.Federation.SecureAggregation;

namespace OrleansSeg.Model.Tests.Federation.Privacy;

public sealed class GaussianMechanismTests
{
    private static readonly Gen<float[]> Contributions = Gen.Float[-1e3f, 1e3f].Array[20];

    [Fact]
    public void OneContributionMore_MovesTheSumByAtMostTheClipNorm_Exactly() =>
        Gen.Select(Contributions.Array[1, 6], Gen.Double[1e-3, 2e3], Gen.Double[0.01, 50]).Sample((contributions, clip, noise) =>
        {
            var mechanism = new GaussianMechanism(clip, noise);
            var sum = mechanism.NewSum(20);
            foreach (var contribution in contributions)
            {
                var before = sum.Steps.ToArray();
                sum.Add(contribution);
                UInt128 squared = 0;
                for (var i = 0; i < before.Length; i++)
                {
                    squared += (UInt128)Math.BigMul(sum.Steps[i] - before[i], sum.Steps[i] - before[i]);
                }

                var normMax = (UInt128)Math.Floor(clip / mechanism.Step);
                Assert.True(squared <= normMax * normMax);
                var norm = ClippedSum.Norm(contribution);
                Assert.InRange(Math.Sqrt((double)squared) * mechanism.Step, Math.Min(norm, clip) * (1 - 1e-6), norm * (1 + 1e-6));
            }
        });

    [Fact]
    public void Sum_IsTheSameInAnyOrder() => Gen.Select(Contributions.Array[2, 6], Gen.Int).Sample((contributions, seed) =>
    {
        var mechanism = new GaussianMechanism(5, 1);
        var (one, other) = (mechanism.NewSum(20), mechanism.NewSum(20));
        Array.ForEach(contributions, contribution => one.Add(contribution));
        Array.ForEach(contributions.Reverse().ToArray(), contribution => other.Add(contribution));
        Assert.True(one.Steps.SequenceEqual(other.Steps));
    });

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Contribution_ThatIsNotFinite_CountsAsZeros(float value)
    {
        var sum = new GaussianMechanism(1, 1).NewSum(2);
        sum.Add([0.5f, value]);
        Assert.Equal(0, sum.Steps[0]);
    }

    [Fact]
    public void Release_IsTheClippedSumWithNoiseOfTheStatedDeviation()
    {
        const int Length = 40_000;
        var mechanism = new GaussianMechanism(clipNorm: 2, noiseMultiplier: 0.75);
        var sum = mechanism.NewSum(Length);
        var contribution = Enumerable.Repeat(3f, Length).ToArray();
        sum.Add(contribution);
        sum.Add(contribution);
        var released = mechanism.Release(sum, new SeededGenerator(9));
        Assert.Equal(released, mechanism.Release(sum, new SeededGenerator(9)));
        Assert.NotEqual(released, mechanism.Release(sum, RandomNumberGenerator.Create()));
        var mean = released.Average();
        var deviation = Math.Sqrt(released.Average(value => (value - mean) * (value - mean)));
        Assert.InRange(mean - (2 * 2 / Math.Sqrt(Length)), -4 * 1.5 / 200, 4 * 1.5 / 200);
        Assert.InRange(deviation, 1.5 * (1 - (4 / Math.Sqrt(2.0 * Length))), 1.5 * (1 + (4 / Math.Sqrt(2.0 * Length))));
        Assert.Throws<ArgumentException>(() => new GaussianMechanism(2, 0.8).Release(sum, new SeededGenerator(9)));
    }

    /// <summary>
    /// Two neighbours, one number, noise 1: an attacker with the best threshold is right by no more than (ε, δ) allows, and far more
    /// often when the noise is a tenth.
    /// </summary>
    [Theory]
    [InlineData(1.0, true)]
    [InlineData(0.1, false)]
    public void Attacker_OnOneNumber_DoesNoBetterThanTheAccountantSays(double noise, bool holds)
    {
        const int Games = 20_000;
        var (random, mechanism) = (new SeededGenerator(3), new GaussianMechanism(1, noise));
        var (alarms, hits) = (0, 0);
        for (var game = 0; game < Games; game++)
        {
            var (without, with) = (mechanism.NewSum(1), mechanism.NewSum(1));
            with.Add([1f]);
            alarms += mechanism.Release(without, random)[0] > 0.5 ? 1 : 0;
            hits += mechanism.Release(with, random)[0] > 0.5 ? 1 : 0;
        }

        var loss = RenyiAccountant.Poisson(1, 1).At(1e-3);
        Assert.Equal(holds, hits / (double)Games <= (Math.Exp(loss.Epsilon) * alarms / Games) + 1e-3 + 0.01);
        Assert.InRange((hits - alarms) / (double)Games, holds ? 0.35 : 0.99, holds ? 0.41 : 1); // 2Φ(1/2) - 1 = 0.383
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    [InlineData(1, 1e-9)]
    [InlineData(1, double.PositiveInfinity)]
    public void Mechanism_OutsideItsBounds_IsRefused(double clip, double noise) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaussianMechanism(clip, noise));
}
