using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace OrleansSeg.Model.Federation.Compression;

/// <summary>Reads bytes in turn and never beyond their end.</summary>
internal ref struct FrameReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    public byte Byte() => Take(1)[0];

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    /// <summary>A number of 7 bits a byte, lowest first, of at most five bytes.</summary>
    /// <exception cref="InvalidDataException">The number ends beyond an int, or the bytes before it does.</exception>
    public int VarInt()
    {
        var value = 0L;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Byte();
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value <= int.MaxValue ? (int)value : throw new InvalidDataException($"A compressed update has the number {value}, beyond an int.");
            }
        }

        throw new InvalidDataException("A compressed update has a number of more than five bytes.");
    }

    /// <summary>As many floats as asked for; a view of the bytes.</summary>
    public ReadOnlySpan<float> Singles(int count) => MemoryMarshal.Cast<byte, float>(Take(checked((long)count * sizeof(float))));

    /// <summary>The next bytes.</summary>
    /// <exception cref="InvalidDataException">There are fewer.</exception>
    public ReadOnlySpan<byte> Take(long count)
    {
        if (count > _rest.Length)
        {
            throw new InvalidDataException($"A compressed update breaks off: {count} bytes are expected where {_rest.Length} are left.");
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    /// <summary>Asserts that all is read.</summary>
    /// <exception cref="InvalidDataException">Bytes are left.</exception>
    public readonly void End()
    {
        if (_rest.Length > 0)
        {
            throw new InvalidDataException($"A compressed update goes on for {_rest.Length} bytes after its end.");
        }
    }
}
