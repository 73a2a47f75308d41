using CsCheck;
using OrleansSeg.Model.Federation.SecureAggregation;

namespace OrleansSeg.Model.Tests.Federation.SecureAggregation;

public sealed class SecureSumTests
{
    /// <summary>Trainers, threshold, drop-outs before each step, ring, seed; the threshold always survives.</summary>
    private static readonly Gen<(int Trainers, int Threshold, int[] Silent, int RingBits, ulong Seed)> Rounds =
        from trainers in Gen.Int[3, 8]
        from threshold in Gen.Int[3, trainers]
        from cuts in Gen.Int[0, trainers - threshold].Array[4]
        from wide in Gen.Bool
        from seed in Gen.ULong
        select (trainers, threshold, Steps(cuts, trainers - threshold), wide ? 64 : 32, seed);

    [Fact]
    public void Sum_WithDropOutsAtAnyStep_IsTheIntegerSumOfTheEncodings() => Rounds.Sample(
        round =>
        {
            var script = new RoundScript(round.Trainers, round.Threshold, 9, round.RingBits, round.Seed);
            var point = FixedPoint.Finest(round.RingBits, 2.5, round.Trainers);
            var values = script.Identities.ToDictionary(
                identity => identity.Public.Trainer,
                identity => Enumerable.Range(0, 9).Select(i => 2.5 * Math.Sin((i * 7.1) + identity.Public.PublicKey[0])).ToArray());
            ulong[] Encoded(string trainer) => [.. values[trainer].Select(value => (ulong)point.ToSteps(value))];

            var (sum, survivors) = script.Play(Encoded, round.Silent[0], round.Silent[1], round.Silent[2], round.Silent[3]);

            Assert.Equal(round.Trainers - round.Silent[0] - round.Silent[1] - round.Silent[2], survivors.Length);
            for (var i = 0; i < sum.Length; i++)
            {
                Assert.Equal(survivors.Sum(trainer => point.ToSteps(values[trainer][i])), point.Signed(sum[i]));
            }
        },
        iter: 60,
        threads: 1);

    [Theory]
    [InlineData(3, 0, 0, 0, "2 trainers advertised keys, and the round needs 3.")]
    [InlineData(0, 3, 0, 0, "2 trainers shared their secrets, and the round needs 3.")]
    [InlineData(0, 0, 3, 0, "2 trainers sent a masked vector, and the round needs 3.")]
    [InlineData(0, 0, 0, 3, "2 trainers revealed shares, and the round needs 3.")]
    [InlineData(1, 1, 1, 0, "2 trainers sent a masked vector, and the round needs 3.")]
    public void Round_BelowItsThreshold_SaysWhichStepWasTooSmall(int keys, int shares, int inputs, int reveals, string message) =>
        Assert.Equal(message, Assert.Throws<TooFewSurvivorsException>(
            () => new RoundScript(5, 3, 4, 64, 1).Play(_ => new ulong[4], keys, shares, inputs, reveals)).Message);

    [Fact]
    public void Sum_OfExtremes_DoesNotWrap()
    {
        foreach (var (bits, sign) in new[] { (32, 1), (32, -1), (64, 1), (64, -1) })
        {
            var point = FixedPoint.Finest(bits, 1, 8, most: 60);
            var (sum, _) = new RoundScript(8, 3, 1, bits, 5).Play(_ => [(ulong)(sign * point.EncodedMax)]);
            Assert.Equal(8 * sign * point.EncodedMax, point.Signed(sum[0]));
        }
    }

    private static int[] Steps(int[] cuts, int spare)
    {
        var steps = new int[cuts.Length];
        for (var i = 0; i < cuts.Length; i++)
        {
            steps[i] = Math.Min(cuts[i], spare);
            spare -= steps[i];
        }

        return steps;
    }
}
