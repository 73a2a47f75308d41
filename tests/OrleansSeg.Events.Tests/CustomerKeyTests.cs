using System.Text;
using CsCheck;

namespace OrleansSeg.Events.Tests;

public sealed class CustomerKeyTests
{
    /// <summary>Ids with everything that is escaped, everything that looks like an escape, and letters of one to four bytes.</summary>
    private static readonly Gen<string> AnyId = Gen.OneOf("a", "Z", "7", ":", ".", " ", "/", "\\", "#", "?", "%", "%2F", "%2f", "25", "\0", "\n", "\u007F", "\u0085", "é", "日", "😀")
        .Array[1, 30].Select(string.Concat);

    private static readonly Gen<string> Id = AnyId.Where(id => CustomerKey.TryCreate("shop", id, out _, out _));

    [Fact]
    public void AnyId_ComesBackFromItsKey() =>
        Id.Sample(id =>
        {
            var key = CustomerKey.Create("shop", id);
            var read = CustomerKey.Parse(key.GrainKey);
            Assert.Equal(("shop", id), (read.Site, read.CustomerId));
            Assert.Equal(key, read);
            Assert.Equal(key.GrainKey, key.ToString());
        });

    [Fact]
    public void DifferentIds_NeverShareAKey() =>
        Gen.Select(Id, Id).Sample((one, other) =>
            Assert.Equal(one == other, CustomerKey.Create("shop", one).GrainKey == CustomerKey.Create("shop", other).GrainKey));

    [Fact]
    public void Key_HoldsNothingThatAStoreForbids() =>
        Id.Sample(id => Assert.DoesNotContain(CustomerKey.Create("shop", id).GrainKey, c => c is '/' or '\\' or '#' or '?' || char.IsControl(c)));

    [Fact]
    public void AnyText_ParsedAsAKey_IsThatKeyOrRefused() =>
        Gen.OneOf("shop", ":", "a", "%", "%2F", "%2f", "%41", "%E9", "/", "é", "").Array[0, 8].Select(string.Concat).Sample(text =>
        {
            try
            {
                Assert.Equal(text, CustomerKey.Parse(text).GrainKey);
            }
            catch (FormatException problem)
            {
                Assert.Equal($"'{text}' is not a customer key.", problem.Message);
            }
        });

    [Theory]
    [InlineData("plain-1", "shop:plain-1")]
    [InlineData("a:b", "shop:a:b")]
    [InlineData("a/b", "shop:a%2Fb")]
    [InlineData("a\\b#c?d", "shop:a%5Cb%23c%3Fd")]
    [InlineData("100%", "shop:100%25")]
    [InlineData("%2F", "shop:%252F")]
    [InlineData("line\n", "shop:line%0A")]
    [InlineData("\u0085", "shop:%C2%85")]
    [InlineData("日本 é", "shop:日本 é")]
    public void Id_IsEscapedOnceAndCanonically(string id, string grainKey) => Assert.Equal(grainKey, CustomerKey.Create("shop", id).GrainKey);

    [Theory]
    [InlineData("shop:a/b")]
    [InlineData("shop:a%2fb")]
    [InlineData("shop:%41")]
    [InlineData("shop:")]
    [InlineData(":a")]
    [InlineData("shop")]
    [InlineData("Shop:a")]
    [InlineData("shop:100%")]
    [InlineData("shop:%E9")]
    public void KeyThatNoIdHas_IsRefused(string grainKey) => Assert.Throws<FormatException>(() => CustomerKey.Parse(grainKey));

    [Theory]
    [InlineData(null, "customer id must have 1 to 256 characters, has 0")]
    [InlineData("", "customer id must have 1 to 256 characters, has 0")]
    public void BadId_IsRefused_SayingWhy(string? id, string problem)
    {
        Assert.False(CustomerKey.TryCreate("shop", id, out var key, out var found));
        Assert.Null(key);
        Assert.Equal(problem, found);
    }

    [Fact]
    public void HalfACharacter_IsRefused_WhereverItStands() =>
        Gen.OneOf('a', '\uD83D', '\uDE00', '/').Array[1, 8].Select(letters => new string(letters)).Sample(id =>
        {
            var whole = !id.Replace("\uD83D\uDE00", "", StringComparison.Ordinal).Any(char.IsSurrogate);
            Assert.Equal(whole, CustomerKey.TryCreate("shop", id, out _, out var problem));
            Assert.Equal(whole ? null : "customer id is not valid Unicode", problem);
        });

    [Fact]
    public void Id_IsBoundedInCharacters_AndOnceEscaped()
    {
        Assert.True(CustomerKey.TryCreate("shop", new string('x', 256), out _, out _));
        Assert.False(CustomerKey.TryCreate("shop", new string('x', 257), out _, out var long257));
        Assert.Equal("customer id must have 1 to 256 characters, has 257", long257);

        // "shop:" and 3 characters for each slash: 158 slashes make 479.
        Assert.Equal(479, CustomerKey.Create("shop", new string('/', 158)).GrainKey.Length);
        Assert.Equal(480, CustomerKey.Create("shop", new string('/', 158) + "x").GrainKey.Length);
        Assert.False(CustomerKey.TryCreate("shop", new string('/', 158) + "xx", out _, out var escaped));
        Assert.Equal("customer id takes 481 characters once escaped, at most 480 are stored", escaped);
        Assert.Throws<ArgumentException>(() => CustomerKey.Create("shop", new string('/', 200)));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("shop-2", true)]
    [InlineData("abcdefghijklmnopqrstuvwxyz-01234", true)]
    [InlineData("abcdefghijklmnopqrstuvwxyz-012345", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("Shop", false)]
    [InlineData("sh op", false)]
    [InlineData("sh:op", false)]
    [InlineData("shöp", false)]
    public void Site_HasItsAlphabetAndLength(string? site, bool sound)
    {
        Assert.Equal(sound, CustomerKey.IsSite(site));
        Assert.Equal(sound, CustomerKey.TryCreate(site, "c", out _, out var problem));
        Assert.Equal(sound ? null : $"site '{site}' must have 1 to 32 characters of a-z, 0-9 and '-'", problem);
    }

    [Fact]
    public void Partition_OfAnyCustomer_IsInRange() =>
        Gen.Select(Id, Gen.Int[1, 1000]).Sample((id, partitions) => Assert.InRange(CustomerKey.Create("shop", id).PartitionOf(partitions), 0, partitions - 1));

    [Theory]
    [InlineData("13085", 64, 36)]
    [InlineData("日本", 64, 43)]
    [InlineData("a/b", 1024, 744)]
    public void Partition_NeverChanges(string id, int partitions, int expected) =>
        Assert.Equal(expected, CustomerKey.Create("shop", id).PartitionOf(partitions));

    [Fact]
    public void Partitions_AreEvenlyFilled()
    {
        var counts = new int[64];
        for (var i = 0; i < 64_000; i++)
        {
            counts[CustomerKey.Create("shop", i.ToString("D5")).PartitionOf(64)]++;
        }

        // A thousand each is expected; seven standard deviations are far outside chance.
        Assert.All(counts, count => Assert.InRange(count, 780, 1220));
    }

    [Fact]
    public void Partition_NeedsAtLeastOne() => Assert.Throws<ArgumentOutOfRangeException>(() => CustomerKey.Create("shop", "c").PartitionOf(0));

    [Fact]
    public void EscapedKey_IsAsLongAsItsUtf8Says() =>
        Id.Sample(id =>
        {
            var escaped = id.EnumerateRunes().Sum(rune =>
                rune.Value is '/' or '\\' or '#' or '?' or '%' || Rune.IsControl(rune) ? 3 * rune.Utf8SequenceLength : rune.Utf16SequenceLength);
            Assert.Equal("shop:".Length + escaped, CustomerKey.Create("shop", id).GrainKey.Length);
        });
}
