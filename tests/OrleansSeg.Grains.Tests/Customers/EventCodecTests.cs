using CsCheck;
using OrleansSeg.Customers.History;
using OrleansSeg.Events;

namespace OrleansSeg.Grains.Tests.Customers;

public sealed class EventCodecTests
{
    private static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Encode_ThenDecode_GivesTheSameEvent() =>
        EventGen.Event(Start, 400, EventGen.Ids(1_000)).Sample(e =>
        {
            var stored = e with { RecordedAt = Start.AddDays(500), Backfilled = e.Rating is null };
            var decoded = EventBlock.Parse(EventCodec.Encode(stored))[0];
            Assert.Equal(stored, decoded);
            Assert.Equal(stored.Timestamp.Offset, decoded.Timestamp.Offset);
            Assert.Equal(ScaleOf(stored.UnitPrice), ScaleOf(decoded.UnitPrice));
        });

    [Fact]
    public void Parse_OfBytesCutShort_IsAFormatError() =>
        EventGen.Event(Start, 400, EventGen.Ids(1_000)).Select(Gen.Double[0, 1]).Sample((e, part) =>
        {
            var bytes = EventCodec.Encode(e);
            var cut = bytes[..(1 + (int)(part * (bytes.Length - 2)))];
            Assert.Throws<FormatException>(() => EventBlock.Parse(cut));
        });

    [Fact]
    public void Decode_OfAFieldFromALaterVersion_IsRefused()
    {
        var e = new BehaviourEvent { EventId = "e", Type = EventType.View, Timestamp = Start };
        var bytes = EventCodec.Encode(e);
        bytes[1 + 8 + 2 + 1] = 0x80;
        bytes[1 + 8 + 2 + 2] = 0x10;
        Assert.Throws<FormatException>(() => EventBlock.Parse(bytes)[0]);
    }

    [Fact]
    public void Encode_OfALoneSurrogate_Fails()
    {
        var e = new BehaviourEvent { EventId = "e", Type = EventType.View, Timestamp = Start, Text = "\ud800" };
        Assert.Throws<System.Text.EncoderFallbackException>(() => EventCodec.Encode(e));
    }

    private static int? ScaleOf(decimal? value) => value?.Scale;
}
