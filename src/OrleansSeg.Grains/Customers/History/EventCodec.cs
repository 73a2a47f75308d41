using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using OrleansSeg.Events;

namespace OrleansSeg.Customers.History;

/// <summary>The stored form of one event: compact, so that a page holds many, and readable by id and time without decoding the rest.</summary>
/// <remarks>
/// Layout: body length (varint), UTC ticks (8 bytes), event id, type (1 byte), field flags (varint), recorded-at UTC ticks (8 bytes), then
/// the fields whose flag is set, in the order of the flags. Text is length-prefixed UTF-8. A decimal is a head byte (scale, sign, width)
/// and its mantissa in varints, so that value and scale come back as they were. A new field takes a new flag at the end.
/// </remarks>
internal static class EventCodec
{
    /// <summary>An event whose text is not valid Unicode would come back changed, so encoding it fails.</summary>
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [Flags]
    private enum Fields : uint
    {
        None = 0,
        Offset = 1 << 0,
        OrderId = 1 << 1,
        Item = 1 << 2,
        Category = 1 << 3,
        Quantity = 1 << 4,
        UnitPrice = 1 << 5,
        Currency = 1 << 6,
        Rating = 1 << 7,
        Channel = 1 << 8,
        Text = 1 << 9,
        Backfilled = 1 << 10,
        All = (1 << 11) - 1,
    }

    /// <summary>Encodes an event with its length prefix.</summary>
    /// <exception cref="EncoderFallbackException">A text is not valid Unicode.</exception>
    public static byte[] Encode(BehaviourEvent e)
    {
        var body = new ArrayBufferWriter<byte>(128);
        WriteInt64(body, e.Timestamp.UtcTicks);
        WriteText(body, e.EventId);
        WriteByte(body, (byte)e.Type);
        WriteVarint(body, (uint)FieldsOf(e));
        WriteInt64(body, e.RecordedAt.UtcTicks);
        if (e.Timestamp.Offset != TimeSpan.Zero)
        {
            WriteInt16(body, (short)(e.Timestamp.Offset.Ticks / TimeSpan.TicksPerMinute));
        }

        WriteOptional(body, e.OrderId);
        WriteOptional(body, e.Item);
        WriteOptional(body, e.Category);
        WriteOptional(body, e.Quantity);
        WriteOptional(body, e.UnitPrice);
        WriteOptional(body, e.Currency);
        if (e.Rating is { } rating)
        {
            BinaryPrimitives.WriteSingleLittleEndian(body.GetSpan(4), rating);
            body.Advance(4);
        }

        WriteOptional(body, e.Channel);
        WriteOptional(body, e.Text);

        var prefixed = new ArrayBufferWriter<byte>(body.WrittenCount + 3);
        WriteVarint(prefixed, (uint)body.WrittenCount);
        prefixed.Write(body.WrittenSpan);
        return prefixed.WrittenSpan.ToArray();
    }

    /// <summary>Decodes a body, without its length prefix.</summary>
    /// <exception cref="FormatException">The bytes are not an event, or one of a later version.</exception>
    public static BehaviourEvent Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var ticks = reader.ReadInt64();
        var id = reader.ReadText();
        var type = (EventType)reader.ReadByte();
        var fields = (Fields)reader.ReadVarint();
        if ((fields & ~Fields.All) != 0)
        {
            throw new FormatException($"Event '{id}' has fields that this version does not know ({fields}).");
        }

        var recordedAt = reader.ReadInt64();
        var offset = fields.HasFlag(Fields.Offset) ? TimeSpan.FromMinutes(reader.ReadInt16()) : TimeSpan.Zero;
        return new BehaviourEvent
        {
            EventId = id,
            Type = type,
            Timestamp = new DateTimeOffset(ticks, TimeSpan.Zero).ToOffset(offset),
            RecordedAt = new DateTimeOffset(recordedAt, TimeSpan.Zero),
            OrderId = fields.HasFlag(Fields.OrderId) ? reader.ReadText() : null,
            Item = fields.HasFlag(Fields.Item) ? reader.ReadText() : null,
            Category = fields.HasFlag(Fields.Category) ? reader.ReadText() : null,
            Quantity = fields.HasFlag(Fields.Quantity) ? reader.ReadDecimal() : null,
            UnitPrice = fields.HasFlag(Fields.UnitPrice) ? reader.ReadDecimal() : null,
            Currency = fields.HasFlag(Fields.Currency) ? reader.ReadText() : null,
            Rating = fields.HasFlag(Fields.Rating) ? reader.ReadSingle() : null,
            Channel = fields.HasFlag(Fields.Channel) ? reader.ReadText() : null,
            Text = fields.HasFlag(Fields.Text) ? reader.ReadText() : null,
            Backfilled = fields.HasFlag(Fields.Backfilled),
        };
    }

    private static Fields FieldsOf(BehaviourEvent e) =>
        (e.Timestamp.Offset != TimeSpan.Zero ? Fields.Offset : 0)
        | (e.OrderId is null ? 0 : Fields.OrderId)
        | (e.Item is null ? 0 : Fields.Item)
        | (e.Category is null ? 0 : Fields.Category)
        | (e.Quantity is null ? 0 : Fields.Quantity)
        | (e.UnitPrice is null ? 0 : Fields.UnitPrice)
        | (e.Currency is null ? 0 : Fields.Currency)
        | (e.Rating is null ? 0 : Fields.Rating)
        | (e.Channel is null ? 0 : Fields.Channel)
        | (e.Text is null ? 0 : Fields.Text)
        | (e.Backfilled ? Fields.Backfilled : 0);

    private static void WriteByte(ArrayBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    private static void WriteInt16(ArrayBufferWriter<byte> output, short value)
    {
        BinaryPrimitives.WriteInt16LittleEndian(output.GetSpan(2), value);
        output.Advance(2);
    }

    private static void WriteInt64(ArrayBufferWriter<byte> output, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(8), value);
        output.Advance(8);
    }

    private static void WriteVarint(ArrayBufferWriter<byte> output, uint value)
    {
        while (value >= 0x80)
        {
            WriteByte(output, (byte)(value | 0x80));
            value >>= 7;
        }

        WriteByte(output, (byte)value);
    }

    private static void WriteText(ArrayBufferWriter<byte> output, string value)
    {
        WriteVarint(output, (uint)Utf8.GetByteCount(value));
        Utf8.GetBytes(value, output);
    }

    private static void WriteOptional(ArrayBufferWriter<byte> output, string? value)
    {
        if (value is not null)
        {
            WriteText(output, value);
        }
    }

    private static void WriteOptional(ArrayBufferWriter<byte> output, decimal? value)
    {
        if (value is not { } number)
        {
            return;
        }

        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        var scale = (byte)((bits[3] >> 16) & 0x1F);
        var wide = bits[1] != 0 || bits[2] != 0;
        WriteByte(output, (byte)(scale | (wide ? 0x40 : 0) | (bits[3] < 0 ? 0x80 : 0)));
        WriteVarint(output, (uint)bits[0]);
        if (wide)
        {
            WriteVarint(output, (uint)bits[1]);
            WriteVarint(output, (uint)bits[2]);
        }
    }
}
