using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using OrleansSeg.Events;

namespace OrleansSeg.Customers.History;

/// <summary>Encoded events in the order of <see cref="EventOrder"/>: the content of the hot page and of sealed pages. Immutable.</summary>
/// <remarks>It stays encoded, because a resident customer then costs a third of what decoded events cost.</remarks>
internal sealed class EventBlock
{
    /// <summary>No events.</summary>
    public static readonly EventBlock Empty = new([], []);

    private readonly int[] _offsets;

    private EventBlock(byte[] data, int[] offsets)
    {
        Data = data;
        _offsets = offsets;
    }

    /// <summary>The encoded events, one after the other; never changed.</summary>
    public byte[] Data { get; }

    /// <summary>Events.</summary>
    public int Count => _offsets.Length;

    /// <summary>Time of the first event in UTC ticks; an empty block has none.</summary>
    public long MinTicks => TicksAt(0);

    /// <summary>Time of the last event in UTC ticks; an empty block has none.</summary>
    public long MaxTicks => TicksAt(Count - 1);

    /// <summary>Reads stored bytes.</summary>
    /// <exception cref="FormatException">The bytes are not whole events.</exception>
    public static EventBlock Parse(byte[] data)
    {
        if (data.Length == 0)
        {
            return Empty;
        }

        var offsets = new List<int>();
        var reader = new ByteReader(data);
        while (reader.Remaining > 0)
        {
            offsets.Add(data.Length - reader.Remaining);
            reader.ReadBytes();
        }

        return new EventBlock(data, [.. offsets]);
    }

    /// <summary>A hash of an event id for filters: equal ids have equal hashes, in every process.</summary>
    public static uint HashOf(string eventId) => HashOf(Encoding.UTF8.GetBytes(eventId));

    /// <summary>Time of the first event of stored bytes in UTC ticks; null when there is none.</summary>
    public static long? FirstTicksOf(byte[] data) =>
        data.Length == 0 ? null : BinaryPrimitives.ReadInt64LittleEndian(new ByteReader(data).ReadBytes());

    /// <summary>The event at a position.</summary>
    public BehaviourEvent this[int index] => EventCodec.Decode(BodyAt(index));

    /// <summary>The time of the event at a position, in UTC ticks.</summary>
    public long TicksAt(int index) => BinaryPrimitives.ReadInt64LittleEndian(BodyAt(index));

    /// <summary>The id of the event at a position.</summary>
    public string IdAt(int index) => Encoding.UTF8.GetString(IdBytesAt(index));

    /// <summary>The type of the event at a position.</summary>
    public EventType TypeAt(int index)
    {
        var reader = new ByteReader(BodyAt(index));
        reader.ReadInt64();
        reader.ReadBytes();
        return (EventType)reader.ReadByte();
    }

    /// <summary>The id hash of the event at a position.</summary>
    public uint IdHashAt(int index) => HashOf(IdBytesAt(index));

    /// <summary>The id hashes of all events, sorted.</summary>
    public uint[] SortedIdHashes()
    {
        var hashes = new uint[Count];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = IdHashAt(i);
        }

        Array.Sort(hashes);
        return hashes;
    }

    /// <summary>Position of the event with this id, or -1. Cost: a scan.</summary>
    public int IndexOf(string eventId)
    {
        var bytes = Encoding.UTF8.GetBytes(eventId);
        for (var i = 0; i < Count; i++)
        {
            if (IdBytesAt(i).SequenceEqual(bytes))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Position of the first event after (time, id) in the order of histories; <see cref="Count"/> when there is none.</summary>
    public int FirstAfter(long ticks, string eventId)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Compare(middle, ticks, eventId) <= 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Position of the first event at or after a time.</summary>
    public int FirstAtOrAfter(long ticks)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = TicksAt(middle) < ticks ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>This block with more events, each already encoded with its prefix; ids must not be in the block.</summary>
    public EventBlock Insert(IEnumerable<(BehaviourEvent Event, byte[] Encoded)> added)
    {
        var fresh = added.OrderBy(a => a.Event, EventOrder.Instance).ToArray();
        if (fresh.Length == 0)
        {
            return this;
        }

        var data = new byte[Data.Length + fresh.Sum(f => f.Encoded.Length)];
        var offsets = new int[Count + fresh.Length];
        var (length, count, taken) = (0, 0, 0);
        foreach (var (e, encoded) in fresh)
        {
            var until = FirstAfter(e.Timestamp.UtcTicks, e.EventId);
            CopyRange(taken, until, data, offsets, ref length, ref count);
            taken = until;
            offsets[count++] = length;
            encoded.CopyTo(data, length);
            length += encoded.Length;
        }

        CopyRange(taken, Count, data, offsets, ref length, ref count);
        return new EventBlock(data, offsets);
    }

    /// <summary>The events from one position up to another.</summary>
    public EventBlock Slice(int from, int to)
    {
        if (from >= to)
        {
            return Empty;
        }

        var data = new byte[OffsetAt(to) - OffsetAt(from)];
        var offsets = new int[to - from];
        var (length, count) = (0, 0);
        CopyRange(from, to, data, offsets, ref length, ref count);
        return new EventBlock(data, offsets);
    }

    /// <summary>This block without the events at positions for which <paramref name="drop"/> holds.</summary>
    public EventBlock Without(Func<int, bool> drop)
    {
        var kept = Enumerable.Range(0, Count).Where(i => !drop(i)).ToArray();
        if (kept.Length == Count)
        {
            return this;
        }

        var data = new byte[kept.Sum(i => OffsetAt(i + 1) - OffsetAt(i))];
        var offsets = new int[kept.Length];
        var (length, count) = (0, 0);
        foreach (var i in kept)
        {
            CopyRange(i, i + 1, data, offsets, ref length, ref count);
        }

        return new EventBlock(data, offsets);
    }

    /// <summary>How many of the oldest events fill at least this many bytes; all of them when they fill less.</summary>
    public int CountFilling(int bytes)
    {
        var index = Array.BinarySearch(_offsets, bytes);
        return index >= 0 ? index : Math.Min(~index, Count);
    }

    private static uint HashOf(ReadOnlySpan<byte> id) => (uint)XxHash3.HashToUInt64(id);

    private int OffsetAt(int index) => index == Count ? Data.Length : _offsets[index];

    private ReadOnlySpan<byte> BodyAt(int index) => new ByteReader(Data.AsSpan(OffsetAt(index))).ReadBytes();

    private ReadOnlySpan<byte> IdBytesAt(int index)
    {
        var reader = new ByteReader(BodyAt(index));
        reader.ReadInt64();
        return reader.ReadBytes();
    }

    private int Compare(int index, long ticks, string eventId)
    {
        var byTime = TicksAt(index).CompareTo(ticks);
        return byTime != 0 ? byTime : string.CompareOrdinal(IdAt(index), eventId);
    }

    private void CopyRange(int from, int to, byte[] data, int[] offsets, ref int length, ref int count)
    {
        var start = OffsetAt(from);
        var bytes = OffsetAt(to) - start;
        Data.AsSpan(start, bytes).CopyTo(data.AsSpan(length));
        for (var i = from; i < to; i++)
        {
            offsets[count++] = length + _offsets[i] - start;
        }

        length += bytes;
    }
}
