using CsCheck;
using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Model.Tests.Federation.Privacy;

public sealed class SeededStreamTests
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, SeededStream.SeedLength).Select(i => (byte)i)];

    [Fact]
    public void Bytes_AreTheSame_HoweverTheyAreFetched() => Gen.Int[1, 5000].List[1, 6].Sample(lengths =>
    {
        using var whole = new SeededStream(Seed, "noise");
        using var parts = new SeededStream(Seed, "noise");
        var expected = new byte[lengths.Sum()];
        whole.GetBytes(expected);
        Assert.Equal(expected, lengths.SelectMany(length =>
        {
            var part = new byte[length];
            parts.GetBytes(part);
            return part;
        }));
    });

    [Fact]
    public void AnotherSeedOrPurpose_GivesAnotherStream()
    {
        byte[] other = [.. Seed];
        other[31] ^= 1;
        var streams = new[] { First(Seed, "noise"), First(Seed, "draws"), First(other, "noise") };
        Assert.Equal(3, streams.Distinct().Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeededStream(Seed.AsSpan(1), "noise"));
    }

    [Fact]
    public void Bits_AreFair()
    {
        using var stream = new SeededStream(Seed, "noise");
        var bytes = new byte[1 << 20];
        stream.GetBytes(bytes);
        var ones = bytes.Sum(value => (long)System.Numerics.BitOperations.PopCount(value));

        // Six deviations of a binomial of 2^23 tosses.
        Assert.InRange(ones, (1L << 22) - 8689, (1L << 22) + 8689);
        Assert.Equal(256, bytes.Distinct().Count());
    }

    private static string First(byte[] seed, string purpose)
    {
        using var stream = new SeededStream(seed, purpose);
        var bytes = new byte[64];
        stream.GetBytes(bytes);
        return Convert.ToHexString(bytes);
    }
}
