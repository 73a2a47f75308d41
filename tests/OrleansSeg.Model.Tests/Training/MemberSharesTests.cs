using CsCheck;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

public sealed class MemberSharesTests
{
    private const int Rows = 2_000;

    [Fact]
    public void Fit_AMemberThatKnowsNothing_CountsForNothing()
    {
        var random = new Random(5);
        var labels = LabelsOf(random);
        var shares = MemberShares.Fit([Telling(labels, 1, random), Telling(labels, 0, random), Telling(labels, 0, random)], labels).Shares;
        Assert.True(shares[0] > 0.9, $"{shares[0]}");
    }

    [Fact]
    public void Fit_MembersThatKnowDifferentThings_CountAlike_AndAreBetterTogether()
    {
        var random = new Random(6);
        var labels = LabelsOf(random);
        float[][][] logits = [Telling(labels, 1, random), Telling(labels, 1, random)];
        var shares = MemberShares.Fit(logits, labels).Shares;
        Assert.All(shares, share => Assert.InRange(share, 0.4, 0.6));
        Assert.True(LossOf(Pool(logits, shares), labels) < logits.Min(member => LossOf(member, labels)) - 0.02);
    }

    [Fact]
    public void Fit_OneOfTwoIsTwiceAsLoud_CountsHalfAsMuch()
    {
        var random = new Random(7);
        var labels = LabelsOf(random);
        float[][] quiet = Telling(labels, 1, random), loud = [.. Telling(labels, 1, random).Select(row => Array.ConvertAll(row, value => 2 * value))];
        var shares = MemberShares.Fit([quiet, loud], labels).Shares;
        Assert.Equal(2.0 / 3, shares[0], 0.05);
    }

    [Fact]
    public void Fit_Anything_GivesSharesNoWorseThanCountingAlike() =>
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[2, 4], Gen.Double[0, 2].Array[4]).Sample(
            drawn =>
            {
                var (seed, members, strengths) = drawn;
                var random = new Random(seed);
                var labels = LabelsOf(random);
                float[][][] logits = [.. Enumerable.Range(0, members).Select(i => Telling(labels, strengths[i], random))];
                var shares = MemberShares.Fit(logits, labels).Shares;
                Assert.All(shares, share => Assert.InRange(share, 0, 1));
                Assert.Equal(1, shares.Sum(), 1e-9);
                Assert.True(LossOf(Pool(logits, shares), labels) < LossOf(Pool(logits, [.. shares.Select(_ => 1.0 / members)]), labels) + 1e-3);
            },
            iter: 20);

    [Fact]
    public void FoldInto_TheNetworkSaysItsMembersSharesMean()
    {
        using var fixture = SmallShopData.Trainer(1, SequenceEncoderKind.Transformer, SequenceEncoderKind.GruAlone)
            .Fit(SmallShopData.Data.Training, SmallShopData.Data.Validation, 1, null, default);
        var inputs = SmallShopData.Data.Validation.Examples.Take(20).Select(example => example.Input).ToList();
        var alone = Enumerable.Range(0, 2).Select(i =>
        {
            using var network = fixture.Network.Alone(i, fixture.Config);
            return NetworkForecasts.Run(network, fixture.Encoder, inputs);
        }).ToList();
        new MemberShares([0.3, 0.7]).FoldInto(fixture.Network);
        foreach (var (heads, first, second) in NetworkForecasts.Run(fixture.Network, fixture.Encoder, inputs).Zip(alone[0], alone[1]))
        {
            Assert.All(heads.Logits.Index(), logit => Assert.Equal((0.3 * first.Logits[logit.Index]) + (0.7 * second.Logits[logit.Index]), logit.Item, 1e-4 * Math.Max(1, Math.Abs(logit.Item))));
            Assert.Equal((0.3 * first.Churn) + (0.7 * second.Churn), heads.Churn, 1e-4);
            Assert.Equal((0.3 * first.LogSpend) + (0.7 * second.LogSpend), heads.LogSpend, 1e-4);
        }
    }

    private static int[] LabelsOf(Random random) => [.. Enumerable.Range(0, Rows).Select(_ => random.Next(3))];

    private static float[][] Telling(int[] labels, double strength, Random random) =>
        Array.ConvertAll(labels, label => Array.ConvertAll([0, 1, 2], each => (float)((each == label ? strength : 0) + Normal(random))));

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static float[][] Pool(float[][][] logits, IReadOnlyList<double> shares) =>
        [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Range(0, 3).Select(label => (float)shares.Select((share, i) => share * logits[i][row][label]).Sum()).ToArray())];

    private static double LossOf(float[][] logits, int[] labels) => Recalibration.Fit(logits, labels).LogLoss(logits, labels);
}
