using System.Buffers.Binary;
using System.Text;

namespace OrleansSeg.Model.Native;

/// <summary>Reads and softens the symbol versions that a 64-bit little-endian ELF library asks of others.</summary>
/// <remarks>System V ABI, ELF-64 object file format; the GNU extension for symbol versions (section <c>.gnu.version_r</c>).</remarks>
public static class ElfVersionNeeds
{
    private const uint VersionNeedSection = 0x6ffffffe;
    private const ushort WeakFlag = 0x2;

    /// <summary>Marks one needed version as weak, so that the loader warns about its absence in place of refusing.</summary>
    /// <param name="image">The library's bytes, changed in place.</param>
    /// <param name="version">The version's name, such as <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>How many entries were changed; 0 when none needs it, or all were weak already.</returns>
    /// <exception cref="InvalidDataException">The bytes are no such library, or are cut short.</exception>
    public static int MarkWeak(Span<byte> image, string version)
    {
        try
        {
            return MarkWeakCore(image, version);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new InvalidDataException("The ELF image is cut short.", exception);
        }
    }

    private static int MarkWeakCore(Span<byte> image, string version)
    {
        if (image.Length < 64 || !image[..6].SequenceEqual((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
        {
            throw new InvalidDataException("Not a 64-bit little-endian ELF image.");
        }

        var sections = checked((int)U64(image, 0x28));
        var sectionSize = U16(image, 0x3A);
        var changed = 0;
        for (var index = 0; index < U16(image, 0x3C); index++)
        {
            var section = sections + (index * sectionSize);
            if (U32(image, section + 4) == VersionNeedSection)
            {
                var strings = sections + (checked((int)U32(image, section + 0x28)) * sectionSize);
                changed += MarkInSection(image, checked((int)U64(image, section + 0x18)), U32(image, section + 0x2C), checked((int)U64(image, strings + 0x18)), version);
            }
        }

        return changed;
    }

    private static int MarkInSection(Span<byte> image, int need, uint needCount, int strings, string version)
    {
        var changed = 0;
        for (var n = 0; n < needCount; n++)
        {
            var entry = need + checked((int)U32(image, need + 8));
            for (var e = 0; e < U16(image, need + 2); e++)
            {
                var flags = U16(image, entry + 4);
                if ((flags & WeakFlag) == 0 && NameAt(image, strings + checked((int)U32(image, entry + 8))) == version)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(image.Slice(entry + 4, 2), (ushort)(flags | WeakFlag));
                    changed++;
                }

                entry += checked((int)U32(image, entry + 12));
            }

            need += checked((int)U32(image, need + 12));
        }

        return changed;
    }

    private static string NameAt(ReadOnlySpan<byte> image, int offset)
    {
        var rest = image[offset..];
        var end = rest.IndexOf((byte)0);
        return Encoding.ASCII.GetString(rest[..Math.Max(0, end)]);
    }

    private static ushort U16(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(image.Slice(offset, 2));

    private static uint U32(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(image.Slice(offset, 4));

    private static ulong U64(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(image.Slice(offset, 8));
}
