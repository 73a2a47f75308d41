using CsCheck;
using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Model.Tests.Bundles;

public sealed class SafeTensorsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-safetensors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AnyPartOfATensor_IsWhatWasWritten()
    {
        // More than a chunk of the reader, so that parts begin and end inside several.
        var values = Enumerable.Range(0, 700_000).Select(i => i * 0.5f).ToArray();
        var path = Save("whole", SafeTensors.Write(new Dictionary<string, StoredTensor> { ["a"] = new([3], [1, 2, 3]), ["w"] = new([700, 1000], values) }));
        using var file = SafeTensorsFile.Open(path);
        Assert.Equal(["a", "w"], file.Names);
        Assert.Equal([700L, 1000L], file.ShapeOf("w"));
        Gen.Select(Gen.Int[0, 700_000], Gen.Int[0, 700_000]).Sample(
            (one, other) =>
            {
                var (from, end) = (Math.Min(one, other), Math.Max(one, other));
                var part = new float[end - from];
                file.Read("w", from, part);
                Assert.True(part.AsSpan().SequenceEqual(values.AsSpan(from, end - from)));
            },
            iter: 40);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(3, 1)]
    [InlineData(0, 4)]
    [InlineData(long.MaxValue, 1)]
    public void PartOutsideATensor_IsRefused(long from, int count)
    {
        using var file = SafeTensorsFile.Open(Save("three", SafeTensors.Write(new Dictionary<string, StoredTensor> { ["a"] = new([3], [1, 2, 3]), ["b"] = new([1], [4]) })));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read("a", from, new float[count]));
    }

    [Fact]
    public void HalfPrecision_IsWidened_AndWholeNumbersAreOnlyListed()
    {
        var json = """{"i":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"h":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[12,16]}}"""u8.ToArray();
        using var file = SafeTensorsFile.Open(Save(
            "types", [.. BitConverter.GetBytes((long)json.Length), .. json, 7, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x3E, 0x00, 0xFC, 0xC0, 0x3F, 0x80, 0xFF]));
        var (half, brain) = (new float[2], new float[2]);
        file.Read("h", 0, half);
        file.Read("b", 0, brain);
        Assert.Equal([1.5f, float.NegativeInfinity], half);
        Assert.Equal([1.5f, float.NegativeInfinity], brain);
        Assert.Equal(("I64", false), (file.TypeOf("i"), file.ReadsAsSingle("i")));
        Assert.Contains("'i' is of type I64", Assert.Throws<InvalidDataException>(() => file.Read("i", 0, new float[1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FileCutShortWhileItIsOpen_IsRefused_AndTheProcessGoesOn()
    {
        var path = Save("cut", SafeTensors.Write(new Dictionary<string, StoredTensor> { ["w"] = new([100_000], new float[100_000]) }));
        using var file = SafeTensorsFile.Open(path);
        Truncate(path, 4096);
        Assert.Contains("cut short", Assert.Throws<InvalidDataException>(() => file.Read("w", 0, new float[100_000])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnyDamage_IsReadOrRefusedInWords()
    {
        var whole = SafeTensors.Write(new Dictionary<string, StoredTensor> { ["encoder.w"] = new([2, 3], [1, 2, 3, 4, 5, 6]), ["encoder.b"] = new([3], [7, 8, 9]) });
        Gen.Select(Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[0, 4], Gen.Int[0, whole.Length]).Sample((changes, cut) =>
        {
            var damaged = whole[..^cut];
            foreach (var (at, value) in changes.Where(change => change.Item1 < damaged.Length))
            {
                damaged[at] = value;
            }

            try
            {
                using var file = SafeTensorsFile.Open(Save("damaged", damaged));
                foreach (var name in file.Names.Where(file.ReadsAsSingle))
                {
                    file.Read(name, 0, new float[file.ShapeOf(name).Aggregate(1L, (product, size) => product * size)]);
                }
            }
            catch (InvalidDataException refusal)
            {
                Assert.StartsWith("damaged", refusal.Message, StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public void Written_TwiceInAnyOrder_IsTheSameBytes_WithDataAtAMultipleOfEight()
    {
        var (one, other) = (new StoredTensor([1], [1]), new StoredTensor([2], [2, 3]));
        var bytes = SafeTensors.Write(new Dictionary<string, StoredTensor> { ["b"] = one, ["a"] = other });
        Assert.Equal(bytes, SafeTensors.Write(new Dictionary<string, StoredTensor> { ["a"] = other, ["b"] = one }));
        Assert.Equal(0, BitConverter.ToInt64(bytes) % 8);
    }

    private static void Truncate(string path, long length)
    {
        // A plain open would be refused while this process holds the file; other programs are not.
        using var process = System.Diagnostics.Process.Start("truncate", ["-s", length.ToString(System.Globalization.CultureInfo.InvariantCulture), path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private string Save(string name, byte[] bytes)
    {
        // Parallel samples must not write one another's file.
        var path = Path.Combine(_folder, $"{name}-{Guid.NewGuid():N}");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
