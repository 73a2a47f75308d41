using CsCheck;
using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Model.Tests.Bundles;

public sealed class SafeTensorsTests
{
    private static readonly Gen<Dictionary<string, StoredTensor>> Tensors =
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Float).Array[0, 5].Select(parts => parts
            .Select((part, i) => ($"t{i}", new StoredTensor([part.Item1, part.Item2], [.. Enumerable.Repeat(part.Item3, part.Item1 * part.Item2)])))
            .ToDictionary());

    [Fact]
    public void Written_ReadBack_IsTheSame() =>
        Tensors.Sample(tensors =>
        {
            var read = SafeTensors.Read(SafeTensors.Write(tensors));
            Assert.Equal(tensors.Keys.Order(), read.Keys.Order());
            Assert.All(tensors, pair =>
            {
                Assert.Equal(pair.Value.Shape, read[pair.Key].Shape);
                Assert.Equal(pair.Value.Values, read[pair.Key].Values);
            });
        });

    [Fact]
    public void AnyDamage_IsReadOrRefusedInWords() =>
        Gen.Select(Tensors, Gen.Select(Gen.Int[0, 400], Gen.Byte).Array[0, 6], Gen.Int[0, 400]).Sample((tensors, changes, cut) =>
        {
            var file = SafeTensors.Write(tensors);
            foreach (var (at, value) in changes)
            {
                file[at % file.Length] = value;
            }

            try
            {
                SafeTensors.Read(file.AsSpan(0, Math.Max(0, file.Length - cut)));
            }
            catch (InvalidDataException refusal)
            {
                Assert.NotEmpty(refusal.Message);
            }
        });

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""")]
    [InlineData("""{"a":7}""")]
    [InlineData("""[1,2]""")]
    public void AHeaderThatLies_IsRefused(string header)
    {
        var json = System.Text.Encoding.UTF8.GetBytes(header);
        byte[] file = [.. BitConverter.GetBytes((long)json.Length), .. json, 0, 0, 128, 63];
        Assert.Throws<InvalidDataException>(() => SafeTensors.Read(file));
    }

    [Fact]
    public void HalfPrecision_IsWidened()
    {
        var json = """{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]}}"""u8.ToArray();
        byte[] file = [.. BitConverter.GetBytes((long)json.Length), .. json, 0x00, 0x3E, 0xC0, 0x3F];
        var read = SafeTensors.Read(file);
        Assert.Equal((1.5f, 1.5f), (read["a"].Values[0], read["b"].Values[0]));
    }
}
