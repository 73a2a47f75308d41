using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using OrleansSeg.Model.Experiments;

namespace OrleansSeg.Model.Tests.Experiments;

public sealed class TensorBoardFileTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"orleansseg-events-{Guid.NewGuid():N}");

    public TensorBoardFileTests() => Directory.CreateDirectory(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void File_IsTheFormat_ByteByByte()
    {
        using (var file = new TensorBoardFile(_folder, new FakeTimeProvider(Now)))
        {
            file.Add("loss", 300, 0.5f);
        }

        // Computed apart from this code. A frame is length, its checksum, message, its checksum; a message has wall time, step, and version or summary.
        var expected = Convert.FromHexString(
            "1800000000000000" + "A37F4B22" + "09000000900A69DA41" + "1A0D627261696E2E4576656E743A32" + "36CC87F0"
            + "1B00000000000000" + "1A0D9E13" + "09000000900A69DA41" + "10AC02" + "2A0D0A0B0A046C6F7373150000003F" + "7CDC0E90");
        var path = Assert.Single(Directory.GetFiles(_folder));
        Assert.Equal("events.out.tfevents.1772366400.orleansseg.0", Path.GetFileName(path));
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(File.ReadAllBytes(path)));
    }

    [Fact]
    public void Crc_IsThePublishedOne()
    {
        // RFC 3720, B.4: the CRC-32C of 32 zero bytes is 8A9136AA, and of "123456789" E3069283.
        Assert.Equal(Masked(0x8A9136AA), TensorBoardFile.MaskedCrc(new byte[32]));
        Assert.Equal(Masked(0xE3069283), TensorBoardFile.MaskedCrc("123456789"u8));
    }

    [Fact]
    public void EveryScalar_ComesBack_UpToWhereAFileIsTorn() => Gen.Select(Gen.Select(Gen.String[1, 20], Gen.Int[0, int.MaxValue], Gen.Float).Array[0, 12], Gen.Int[0, 40]).Sample((added, torn) =>
    {
        // Samples run side by side, and each deletes its file.
        string path, folder = Path.Combine(_folder, $"{Guid.NewGuid():N}");
        using (var file = new TensorBoardFile(folder, new FakeTimeProvider(Now)))
        {
            Array.ForEach(added, scalar => file.Add(scalar.Item1, scalar.Item2, scalar.Item3));
            path = file.Path;
        }

        var bytes = File.ReadAllBytes(path);
        var expected = added.Select(scalar => (Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(scalar.Item1)), (long)scalar.Item2, BitConverter.SingleToInt32Bits(scalar.Item3))).ToList();
        Assert.Equal(expected, Read(bytes));
        var read = Read(bytes.AsSpan(..Math.Max(0, bytes.Length - torn)));
        Assert.Equal(expected[..read.Count], read);
        Assert.True(torn == 0 || added.Length == 0 || read.Count < added.Length);
        File.Delete(path);
    }, iter: 60);

    [Fact]
    public async Task RunsThatBeginTogether_HaveAFileEach()
    {
        // Each looks for the first free name, so that they keep meeting at it.
        const int Runs = 8, Files = 50;
        await Task.WhenAll(Enumerable.Range(0, Runs).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (var file = 0; file < Files; file++)
                {
                    new TensorBoardFile(_folder, new FakeTimeProvider(Now)).Dispose();
                }
            },
            TaskCreationOptions.LongRunning)));
        Assert.Equal(Runs * Files, Directory.GetFiles(_folder).Length);
    }

    private static uint Masked(uint crc) => unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8);

    /// <summary>A reader of its own: frames with both checksums, events, and the scalars in them.</summary>
    private static List<(string Tag, long Step, int Bits)> Read(ReadOnlySpan<byte> file)
    {
        var scalars = new List<(string, long, int)>();
        while (file.Length >= 12 && (int)BinaryPrimitives.ReadUInt64LittleEndian(file) is var length && file.Length >= 16 + length)
        {
            Assert.Equal(TensorBoardFile.MaskedCrc(file[..8]), BinaryPrimitives.ReadUInt32LittleEndian(file[8..]));
            Assert.Equal(TensorBoardFile.MaskedCrc(file.Slice(12, length)), BinaryPrimitives.ReadUInt32LittleEndian(file[(12 + length)..]));
            var fields = Fields(file.Slice(12, length));
            if (fields.TryGetValue(5, out var summary))
            {
                var scalar = Fields(Fields(summary)[1]);
                scalars.Add((
                    Encoding.UTF8.GetString(scalar[1]), fields.TryGetValue(2, out var step) ? BitConverter.ToInt64(step) : 0, BinaryPrimitives.ReadInt32LittleEndian(scalar[2])));
            }
            else
            {
                Assert.Equal("brain.Event:2", Encoding.UTF8.GetString(fields[3]));
            }

            file = file[(16 + length)..];
        }

        return scalars;
    }

    private static Dictionary<int, byte[]> Fields(ReadOnlySpan<byte> message)
    {
        var fields = new Dictionary<int, byte[]>();
        for (var at = 0; at < message.Length;)
        {
            var key = (int)Number(message, ref at);
            var (number, kind) = (key >> 3, key & 7);
            var value = kind switch
            {
                0 => BitConverter.GetBytes((long)Number(message, ref at)),
                1 => Take(message, ref at, 8),
                5 => Take(message, ref at, 4),
                _ => Take(message, ref at, (int)Number(message, ref at)),
            };
            fields.Add(number, value);
        }

        return fields;
    }

    private static byte[] Take(ReadOnlySpan<byte> message, ref int at, int count)
    {
        var taken = message.Slice(at, count).ToArray();
        at += count;
        return taken;
    }

    private static ulong Number(ReadOnlySpan<byte> message, ref int at)
    {
        for (var (value, shift) = (0UL, 0); ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
