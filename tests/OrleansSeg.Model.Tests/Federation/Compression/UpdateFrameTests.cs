using CsCheck;
using OrleansSeg.Model.Federation.Compression;

namespace OrleansSeg.Model.Tests.Federation.Compression;

public class UpdateFrameTests
{
    public static TheoryData<string> Names => [.. UpdateCompressors.Names];

    [Theory, MemberData(nameof(Names))]
    public void Read_OfAnyVector_HasItsLengthAndIsFinite(string name) =>
        Gen.Select(Gen.Float.Where(float.IsFinite).Array[0, 700], Gen.ULong).Sample((values, seed) =>
        {
            var compressor = UpdateCompressors.Create(name, CompressionParameters.Defaults);
            var bytes = compressor.Compress(values, seed);
            Assert.Equal(bytes, compressor.Compress(values, seed));
            var read = UpdateFrame.Read(bytes, values.Length);
            Assert.Equal(values.Length, read.Length);
            Assert.All(read, value => Assert.True(float.IsFinite(value)));
            Assert.True(compressor.Lossy || read.AsSpan().SequenceEqual(values));
        });

    [Theory, MemberData(nameof(Names))]
    public void Read_DamagedBytes_ReadsOrRefusesAndDoesNothingElse(string name)
    {
        // A byte changed, bytes cut off or added, and all three at once.
        var damage = Gen.Select(Gen.Int[0, 80], Gen.Byte, Gen.Int[0, 20], Gen.Byte.Array[0, 5]);
        Gen.Select(Gen.Float[-1, 1].Array[0, 60], damage).Sample((values, hit) =>
        {
            var (place, value, cut, added) = hit;
            var bytes = UpdateCompressors.Create(name, CompressionParameters.Defaults).Compress(values, 1);
            bytes[place % bytes.Length] = value;
            ReadOrRefuse([.. bytes.Take(bytes.Length - cut), .. added], values.Length);
        });
    }

    [Fact]
    public void Read_AnyBytesAfterASoundHeader_ReadsOrRefusesAndDoesNothingElse() =>
        Gen.Select(Gen.Byte[0, 3], Gen.Int[0, 40], Gen.Byte.Array[0, 200]).Sample((kind, length, body) =>
            ReadOrRefuse([1, kind, .. BitConverter.GetBytes(length), .. body], length));

    [Fact]
    public void Read_AnyBytes_ReadsOrRefusesAndDoesNothingElse() =>
        Gen.Select(Gen.Byte.Array[0, 60], Gen.Int[0, 40]).Sample(ReadOrRefuse);

    [Fact]
    public void Read_HostileCounts_AreRefusedBeforeMemoryIsTaken()
    {
        byte[] claim = [.. BitConverter.GetBytes(int.MaxValue)];
        foreach (byte[] bytes in (byte[][])[[1, 0, .. claim], [1, 1, .. claim, 1, 0, 0, 0], [1, 2, .. claim, .. claim, 1, 1, 1, 1, 1], [1, 1, .. claim, .. claim]])
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<InvalidDataException>(() => UpdateFrame.Read(bytes, int.MaxValue));
            Assert.Throws<InvalidDataException>(() => UpdateFrame.Read(bytes, 3));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        }
    }

    [Theory]
    [InlineData(new byte[] { 9, 0, 0, 0, 0, 0 }, "A compressed update has format version 9, expected 1.")]
    [InlineData(new byte[] { 1, 7, 0, 0, 0, 0 }, "A compressed update is of kind 7, which is unknown.")]
    [InlineData(new byte[] { 1, 0, 5, 0, 0, 0 }, "A compressed update has 5 numbers, expected 0.")]
    [InlineData(new byte[] { 1, 0, 0, 0 }, "A compressed update breaks off: 4 bytes are expected where 2 are left.")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0 }, "A compressed update goes on for 1 bytes after its end.")]
    public void Read_BrokenHeader_SaysWhatIsWrong(byte[] bytes, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => UpdateFrame.Read(bytes, 0)).Message);

    [Theory, MemberData(nameof(Names))]
    public void Compress_NotFinite_IsRefused(string name)
    {
        var compressor = UpdateCompressors.Create(name, CompressionParameters.Defaults);
        Assert.StartsWith("Number 1 is NaN.", Assert.Throws<ArgumentException>(() => compressor.Compress([0, float.NaN], 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => compressor.Compress([float.PositiveInfinity], 1));
    }

    private static void ReadOrRefuse(byte[] bytes, int length)
    {
        try
        {
            Assert.Equal(length, UpdateFrame.Read(bytes, length).Length);
        }
        catch (InvalidDataException)
        {
            // Refused, as it may be.
        }
    }
}
