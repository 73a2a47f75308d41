using System.Buffers.Binary;

namespace OrleansSeg.Model.Federation.Compression;

/// <summary>Options of <see cref="TopKCompressor"/>.</summary>
public sealed record TopKOptions
{
    /// <summary>Share of the numbers that is sent, rounded up.</summary>
    /// <value>Default 0.01; above 0, at most 1.</value>
    public double Share { get; init; } = 0.01;
}

/// <summary>Sends the numbers of largest magnitude as they are and none of the others; of equals the first. To be used with <see cref="ErrorFeedback"/>.</summary>
/// <remarks>
/// Stich, Cordonnier and Jaggi 2018, arXiv:1809.07599, the operator top-k of definition 2.1; its memory is <see cref="ErrorFeedback"/>.
/// A number sent takes four bytes and one to five for its place, as the distance from the one before.
/// </remarks>
public sealed class TopKCompressor : IUpdateCompressor
{
    /// <summary>The name to ask for.</summary>
    public const string CompressorName = "topk";

    private readonly double _share;

    /// <summary>Makes the compressor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of bounds.</exception>
    public TopKCompressor(TopKOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _share = options.Share is > 0 and <= 1
            ? options.Share
            : throw new ArgumentOutOfRangeException(nameof(options), options.Share, $"{nameof(options.Share)} must be above 0 and at most 1.");
    }

    /// <inheritdoc/>
    public string Name => CompressorName;

    /// <inheritdoc/>
    public bool Lossy => true;

    /// <inheritdoc/>
    public byte[] Compress(ReadOnlySpan<float> values, ulong seed)
    {
        UpdateFrame.CheckFinite(values);
        var places = Places(values);
        var (gaps, last) = (new List<byte>(places.Count * 2), -1);
        foreach (var place in places)
        {
            var gap = (uint)(place - last);
            for (; gap >= 0x80; gap >>= 7)
            {
                gaps.Add((byte)(gap | 0x80));
            }

            gaps.Add((byte)gap);
            last = place;
        }

        var bytes = UpdateFrame.Begin(UpdateFrame.TopK, values.Length, checked(sizeof(int) + gaps.Count + (places.Count * sizeof(float))));
        var body = bytes.AsSpan(UpdateFrame.HeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(body, places.Count);
        gaps.CopyTo(body[sizeof(int)..]);
        body = body[(sizeof(int) + gaps.Count)..];
        for (var i = 0; i < places.Count; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(body[(i * sizeof(float))..], values[places[i]]);
        }

        return bytes;
    }

    internal static float[] Read(FrameReader reader, int length)
    {
        var count = reader.Int32();
        if (count < 0 || count > length || count > reader.Remaining / (sizeof(float) + 1))
        {
            throw new InvalidDataException($"A compressed update claims {count} numbers of {length} in {reader.Remaining} bytes.");
        }

        var places = new int[count];
        var last = -1;
        for (var i = 0; i < count; i++)
        {
            var gap = reader.VarInt();
            if (gap < 1 || gap >= length - last)
            {
                throw new InvalidDataException($"A compressed update has a number {gap} places after place {last} of {length}.");
            }

            places[i] = last += gap;
        }

        var sent = reader.Singles(count);
        reader.End();
        var values = new float[length];
        for (var i = 0; i < count; i++)
        {
            values[places[i]] = sent[i];
        }

        return values;
    }

    private List<int> Places(ReadOnlySpan<float> values)
    {
        var count = (int)Math.Min(values.Length, Math.Ceiling(_share * values.Length));
        if (count == 0)
        {
            return [];
        }

        var (least, atLeast) = Least(values, count);
        var places = new List<int>(count);
        for (var i = 0; i < values.Length; i++)
        {
            // Zeros carry nothing; of the numbers just large enough, the first make up the count.
            var magnitude = Magnitude(values[i]);
            if (magnitude > least || (magnitude == least && magnitude > 0 && atLeast-- > 0))
            {
                places.Add(i);
            }
        }

        return places;
    }

    // The count-th largest magnitude, and how many numbers of just that magnitude are among the first count. Magnitudes are counted by their
    // upper half, then by the lower half within the upper one that matters: two passes where sorting a million took most of a second.
    private static (int Magnitude, int Count) Least(ReadOnlySpan<float> values, int count)
    {
        var (uppers, lowers) = (new int[1 << 15], new int[1 << 16]);
        foreach (var value in values)
        {
            uppers[Magnitude(value) >> 16]++;
        }

        var (upper, left) = Fall(uppers, count);
        foreach (var value in values)
        {
            var magnitude = Magnitude(value);
            lowers[magnitude & 0xFFFF] += magnitude >> 16 == upper ? 1 : 0;
        }

        (var lower, left) = Fall(lowers, left);
        return ((upper << 16) | lower, left);
    }

    private static (int Bin, int Left) Fall(int[] bins, int count)
    {
        var bin = bins.Length - 1;
        for (; bins[bin] < count; bin--)
        {
            count -= bins[bin];
        }

        return (bin, count);
    }

    // Without their sign, the bits of finite floats are in the order of their magnitudes.
    private static int Magnitude(float value) => BitConverter.SingleToInt32Bits(value) & int.MaxValue;
}
