using System.Text;
using CsCheck;
using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Model.Tests.Bundles;

public sealed class SafeTensorsHeaderTests
{
    private static readonly string[] HeaderParts =
    [
        "{", "}", "[", "]", ",", ":", "\"w\"", "\"dtype\"", "\"F32\"", "\"shape\"", "\"data_offsets\"", "0", "8", "-1", "1e9", "null", "\"\\ud8\"",
    ];

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "'w' is named twice")]
    [InlineData("""{"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "'w' begins at 0")]
    [InlineData("""{"v":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"w":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", "'w' begins at 2, no multiple")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "'w' begins at 4 where")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "end at 4 of 8")]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "'w' lies at 0 to 12")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "'w' lies at 8 to 0")]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "'w' has 8 bytes for 3 numbers")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", "'w' of shape (4294967296, 4294967296) is larger")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}""", "'w' of shape (4611686018427387906) is larger")]
    [InlineData("""{"w":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}}""", "'w' has more than 16 numbers in a list")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "'w' has more than 16 numbers in a list, or one that is no whole number")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "'w' has more than 16 numbers in a list, or one that is no whole number")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""", "'w' has more than 16 numbers")]
    [InlineData("""{"w":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", "'w' has a list with something else")]
    [InlineData("""{"w":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}""", "'w' is of type 'F99'")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2]}}""", "'w' lacks")]
    [InlineData("""{"w":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "'w' has an unknown, malformed or repeated field 'dtype'")]
    [InlineData("""{"w":[]}""", "'w' is no object")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x""", "not JSON")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8""", "not JSON")]
    [InlineData("""{"w":{"dtype":"\ud800","shape":[2],"data_offsets":[0,8]}}""", "not JSON")]
    [InlineData("[]", "no JSON object")]
    public void HeaderThatDoesNotFit_IsRefused_AndNamesTheTensor(string header, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Parse(header, 8)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(17 * 1024 * 1024)]
    [InlineData(3)]
    public void LengthThatDoesNotFit_IsRefused_WithoutMemoryForIt(long claimed)
    {
        byte[] file = [.. BitConverter.GetBytes(claimed), (byte)'{', (byte)'}'];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => SafeTensors.Read(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 * 1024);
    }

    [Fact]
    public void WholeNumbers_Scalars_Empties_AndMetadata_AreTolerated()
    {
        var places = Parse(
            """{"__metadata__":{"format":"pt"},"ids":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"none":{"dtype":"F32","shape":[0,7],"data_offsets":[8,8]}}""", 8);
        Assert.Equal([("ids", 1L), ("none", 0L)], places.Select(place => (place.Name, place.Count)));
    }

    [Fact]
    public void LongOrControlledNames_AreShownOnOneLine()
    {
        var name = new string('x', 5000) + "\\n";
        var message = Assert.Throws<InvalidDataException>(() => Parse($$"""{"{{name}}":7}""", 0)).Message;
        Assert.InRange(message.Length, 100, 300);
        Assert.DoesNotContain(SafeTensorsHeader.Shown("a\nb\u001b"), char.IsControl);
    }

    [Fact]
    public void AnyJson_IsReadOrRefusedInWords() =>
        Gen.OneOf(HeaderParts.Select(Gen.Const).ToArray())
            .Array[0, 24].Sample(parts =>
            {
                try
                {
                    Parse(string.Concat(parts), 8);
                }
                catch (InvalidDataException refusal)
                {
                    Assert.NotEmpty(refusal.Message);
                }
            });

    private static IReadOnlyList<TensorPlace> Parse(string header, long dataLength) => SafeTensorsHeader.Parse(Encoding.UTF8.GetBytes(header), dataLength);
}
