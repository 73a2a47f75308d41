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
        Gen.Select(Gen.Select(Hash, Gen.Int[-3, 5]).List[0, 3000], Gen.OneOf(256, 1 << 20)).Sample(
            (additions, slotsMax) =>
            {
                using var table = new HashCountTable(slotsMax);
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
    public void Value_AtItsBound_Stays()
    {
        using var table = new HashCountTable();
        table.Add(7, int.MaxValue);
        Assert.Equal(int.MaxValue, table.Add(7, 1));
        Assert.Equal(0, table.Add(8, -1));
    }
}
