using CsCheck;
using OrleansSeg.Data.Cleaning;

namespace OrleansSeg.Data.Tests.Cleaning;

public sealed class HashCountTableTests
{
    private static readonly Gen<UInt128> Hash = Gen.Frequency(
        (5, Gen.UInt[0, 40].Select(number => (UInt128)number)),
        (5, Gen.Select(Gen.ULong, Gen.ULong).Select((high, low) => new UInt128(high, low))),
        (1, Gen.UInt[0, 40].Select(number => (UInt128)number << 64)));

    [Fact]
    public void AnyAdditions_AreCountedAsADictionaryDoes_InMemoryAndSpilled() =>
        Gen.Select(Gen.Select(Hash, Gen.Int[-3, 5]).List[0, 3000], Gen.OneOf(3, 8, 20)).Sample(
            (additions, memoryBits) =>
            {
                using var table = new HashCountTable(memoryBits);
                var expected = new Dictionary<UInt128, int>();
                foreach (var (raw, amount) in additions)
                {
                    // The hash zero shares its place with one: the table has no other use for it.
                    var hash = raw == 0 ? 1 : raw;
                    var value = Math.Max(0, expected.GetValueOrDefault(hash) + amount);
                    expected[hash] = value;
                    Assert.Equal(value, table.Add(raw, amount));
                }

                Assert.Equal(expected.Count, table.Count);
                Assert.All(expected, pair => Assert.Equal(pair.Value, table[pair.Key]));
                Assert.Equal(expected.GetValueOrDefault(UInt128.MaxValue), table[UInt128.MaxValue]);
            },
            iter: 60);

    [Fact]
    public void AnyHashes_AreAddedOnce_InMemoryAndSpilled() =>
        Gen.Select(Hash.List[0, 3000], Gen.OneOf(3, 20)).Sample(
            (hashes, memoryBits) =>
            {
                using var table = new HashCountTable(memoryBits);
                var expected = new HashSet<UInt128>();
                Assert.All(hashes, hash => Assert.Equal(expected.Add(hash == 0 ? 1 : hash), table.TryAdd(hash)));
                Assert.Equal(expected.Count, table.Count);
            },
            iter: 40);

    [Fact]
    public void ManyHashes_OverManySizesOfTheFile_AreAllFound()
    {
        using var table = new HashCountTable(memoryBits: 4);
        var random = new Random(3);
        var hashes = Enumerable.Range(0, 60_000).Select(_ => new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64())).ToArray();
        foreach (var hash in hashes)
        {
            table.Add(hash, (int)(hash & 0xFFFF) + 1);
        }

        Assert.Equal(60_000, table.Count);
        Assert.All(hashes, hash => Assert.Equal((int)(hash & 0xFFFF) + 1, table[hash]));
    }

    [Fact]
    public void Value_AtItsBound_Stays()
    {
        using var table = new HashCountTable();
        table.Add(7, int.MaxValue);
        Assert.Equal(int.MaxValue, table.Add(7, 1));
        Assert.Equal(0, table.Add(8, -1));
    }
}
