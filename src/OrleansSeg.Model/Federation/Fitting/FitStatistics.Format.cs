using System.Collections.Immutable;
using System.Text;

namespace OrleansSeg.Model.Federation.Fitting;

/// <summary>To and from bytes: varints, bins as steps from the one before; far below 1 MiB.</summary>
public sealed partial record FitStatistics
{
    private const byte Format = 1;

    /// <summary>The statistics as bytes; equal statistics give equal bytes.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Format);
            writer.Write7BitEncodedInt64(Customers);
            foreach (var missing in Missing)
            {
                writer.Write7BitEncodedInt64(missing);
            }

            foreach (var histogram in Features.Concat(Spends))
            {
                Write(writer, histogram);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are no statistics, or of features that this version does not compute.</exception>
    public static FitStatistics FromBytes(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        using var reader = new BinaryReader(stream);
        try
        {
            var format = reader.ReadByte();
            var read = format != Format ? throw new InvalidDataException($"Statistics of format {format}, expected {Format}.") : new FitStatistics
            {
                Customers = ReadCount(reader),
                Missing = [.. Empty.Missing.Select(_ => ReadCount(reader))],
                Features = [.. Empty.Features.Select(_ => ReadHistogram(reader))],
                Spends = [.. Empty.Spends.Select(_ => ReadHistogram(reader))],
            };
            return stream.Position == stream.Length && read.Features.Zip(read.Missing).All(pair => pair.First.Total + pair.Second == read.Examples)
                ? read
                : throw new InvalidDataException("The statistics go on after their end, or count features of other examples than they count labels of.");
        }
        catch (Exception exception) when (exception is EndOfStreamException or FormatException or OverflowException)
        {
            throw new InvalidDataException("The statistics break off or hold a number that is none.", exception);
        }
    }

    private static void Write(BinaryWriter writer, Histogram histogram)
    {
        writer.Write7BitEncodedInt(histogram.Bins.Length);
        var last = -ValueBins.Last - 1;
        foreach (var (bin, count) in histogram.Bins)
        {
            writer.Write7BitEncodedInt(bin - last);
            writer.Write7BitEncodedInt64(count);
            last = bin;
        }
    }

    private static Histogram ReadHistogram(BinaryReader reader)
    {
        var length = reader.Read7BitEncodedInt();
        var (counts, bin) = (new Dictionary<int, long>(), -ValueBins.Last - 1);
        for (var i = 0; i < length; i++)
        {
            var step = reader.Read7BitEncodedInt();
            var count = ReadCount(reader);
            if (step < 1 || step > ValueBins.Last - bin || count == 0)
            {
                throw new InvalidDataException("The statistics name a bin that does not exist, or an empty one.");
            }

            counts.Add(bin += step, count);
        }

        return Histogram.Of(counts);
    }

    private static long ReadCount(BinaryReader reader) => reader.Read7BitEncodedInt64() is >= 0 and < long.MaxValue / 1_000_000 and var count
        ? count
        : throw new InvalidDataException("The statistics hold a count that is none.");
}
