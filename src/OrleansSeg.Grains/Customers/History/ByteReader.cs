using System.Buffers.Binary;
using System.Text;

namespace OrleansSeg.Customers.History;

/// <summary>Reads what <see cref="EventCodec"/> wrote; bytes that end too early are a <see cref="FormatException"/>.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    public byte ReadByte() => Take(1)[0];

    public short ReadInt16() => BinaryPrimitives.ReadInt16LittleEndian(Take(2));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public float ReadSingle() => BinaryPrimitives.ReadSingleLittleEndian(Take(4));

    public uint ReadVarint()
    {
        var value = 0u;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = ReadByte();
            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("A number has more than 32 bits.");
    }

    public ReadOnlySpan<byte> ReadBytes() => Take((int)Math.Min(ReadVarint(), int.MaxValue));

    public string ReadText() => Encoding.UTF8.GetString(ReadBytes());

    public decimal ReadDecimal()
    {
        var head = ReadByte();
        var low = (int)ReadVarint();
        var (middle, high) = (head & 0x40) == 0 ? (0, 0) : ((int)ReadVarint(), (int)ReadVarint());
        return new decimal(low, middle, high, (head & 0x80) != 0, (byte)(head & 0x1F));
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw new FormatException($"Stored bytes end {count - _rest.Length} bytes too early.");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
