using CsCheck;
using OrleansSeg.Model.Federation.SecureAggregation;

namespace OrleansSeg.Model.Tests.Federation.SecureAggregation;

public sealed class SecretSharingTests
{
    [Fact]
    public void Combine_OfAnyThreshold_IsTheSecret() =>
        (from holders in Gen.Int[1, 12]
         from threshold in Gen.Int[1, holders]
         from secret in Gen.Byte.Array[1, 40]
         from seed in Gen.ULong
         from order in Gen.Shuffle(Enumerable.Range(1, holders).ToArray())
         select (holders, threshold, secret, seed, order)).Sample(given =>
        {
            var shares = SecretSharing.Split(given.secret, given.threshold, given.holders, new SeededGenerator(given.seed));
            Assert.Equal(given.secret, SecretSharing.Combine([.. given.order.Take(given.threshold).Select(h => (h, shares[h - 1]))]));
        });

    [Fact]
    public void Shares_OneBelowTheThreshold_SayNothing()
    {
        // Two shares of three: whatever the secret, the pair of bytes is uniform, so no value of their sum stands out.
        var counts = new int[2][];
        foreach (var secret in new byte[] { 0, 0xA7 })
        {
            var (random, bins) = (new SeededGenerator(secret), counts[secret & 1] = new int[256]);
            for (var i = 0; i < 25_600; i++)
            {
                var shares = SecretSharing.Split([secret], 3, 3, random);
                bins[(byte)((shares[0][0] * 3) + shares[1][0])]++;
            }
        }

        foreach (var bins in counts)
        {
            // Chi-square with 255 degrees of freedom: above 340 comes once in 5,000 seeds.
            Assert.InRange(bins.Sum(count => (count - 100.0) * (count - 100.0) / 100), 170, 340);
        }
    }

    [Fact]
    public void Field_HasInverses_AndDistributes()
    {
        Assert.Equal(0xC1, SecretSharing.Multiply(0x57, 0x83)); // FIPS 197, section 4.2
        Gen.Select(Gen.Byte, Gen.Byte, Gen.Byte).Sample((a, b, c) =>
            SecretSharing.Multiply(a, (byte)(b ^ c)) == (SecretSharing.Multiply(a, b) ^ SecretSharing.Multiply(a, c)));
    }

    [Fact]
    public void Combine_OfSharesThatCannotBe_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => SecretSharing.Combine([]));
        Assert.Throws<ArgumentException>(() => SecretSharing.Combine([(1, [1]), (1, [1])]));
        Assert.Throws<ArgumentException>(() => SecretSharing.Combine([(0, [1])]));
        Assert.Throws<ArgumentException>(() => SecretSharing.Combine([(1, [1]), (2, [1, 2])]));
        Assert.Throws<ArgumentOutOfRangeException>(() => SecretSharing.Split([1], 4, 3, new SeededGenerator(0)));
    }
}
