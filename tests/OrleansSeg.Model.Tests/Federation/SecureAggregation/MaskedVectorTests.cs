using OrleansSeg.Model.Federation.SecureAggregation;

namespace OrleansSeg.Model.Tests.Federation.SecureAggregation;

public sealed class MaskedVectorTests
{
    private const int Length = 64;
    private static readonly FixedPoint Point = FixedPoint.Finest(64, 1, 3);

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void MaskedVector_OfAConstant_IsUniformInEveryByteOfTheRing(int ringBits)
    {
        var bins = new int[ringBits / 8, 256];
        const int Rounds = 100;
        for (var seed = 0UL; seed < Rounds; seed++)
        {
            var bytes = MaskedVectors(seed, ringBits, _ => [.. Enumerable.Repeat(1UL, Length)])[0];
            for (var i = 0; i < bytes.Length; i++)
            {
                bins[i % (ringBits / 8), bytes[i]]++;
            }
        }

        var expected = Rounds * Length / 256.0;
        for (var at = 0; at < ringBits / 8; at++)
        {
            var chi = Enumerable.Range(0, 256).Sum(value => (bins[at, value] - expected) * (bins[at, value] - expected) / expected);
            Assert.InRange(chi, 170, 350); // 255 degrees of freedom: 255 +- 4 standard deviations of 22.6
        }
    }

    [Fact]
    public void Attacker_WhoTellsTwoTrainersApart_CannotWhenTheyAreMasked()
    {
        // Two trainers drift in opposite directions, and the attacker says "up" where the mean of what it sees is above zero.
        var (plainHits, maskedHits, games) = (0, 0, 400);
        for (var game = 0; game < games; game++)
        {
            var up = game % 2 == 0 ? "site-0" : "site-1";
            ulong[] Vector(string trainer) =>
                [.. Enumerable.Range(0, Length).Select(i => (ulong)Point.ToSteps((trainer == up ? 0.02 : -0.02) + (0.1 * Math.Sin((i * i) + game))))];
            plainHits += SaysUp(RingVector.ToBytes(Vector("site-0"), 64)) == (up == "site-0") ? 1 : 0;
            maskedHits += SaysUp(MaskedVectors((ulong)game, 64, Vector)[0]) == (up == "site-0") ? 1 : 0;
        }

        Assert.True(plainHits > 0.9 * games, $"The attacker is no attacker: {plainHits} of {games} unmasked.");
        Assert.InRange(maskedHits, (games / 2) - 40, (games / 2) + 40); // 4 standard deviations of a fair coin
    }

    [Fact]
    public void MaskedVectors_OfAllTrainers_AddUpToNothingWithoutTheSelfMasks()
    {
        // Were there pairwise masks alone, the plain sum of what is sent would be the sum of the vectors.
        var sent = MaskedVectors(7, 64, _ => new ulong[Length]);
        var sum = new ulong[Length];
        foreach (var bytes in sent)
        {
            RingVector.Add(sum, RingVector.FromBytes(bytes, Length, 64));
        }

        Assert.DoesNotContain(0UL, sum);
    }

    private static bool SaysUp(byte[] bytes) => RingVector.FromBytes(bytes, Length, 64).Average(element => Point.FromSteps((long)element)) > 0;

    private static List<byte[]> MaskedVectors(ulong seed, int ringBits, Func<string, ulong[]> vectorOf)
    {
        var script = new RoundScript(3, 3, Length, ringBits, seed);
        var advertised = script.Advertise();
        var keys = script.CloseKeys(advertised);
        var shared = script.Share(advertised, keys);
        var shares = RoundScript.CloseShares(shared, keys);
        return [.. RoundScript.Mask(shared, shares, vectorOf).Select(pair => pair.Message.Vector)];
    }
}
