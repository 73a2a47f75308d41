using System.Buffers.Binary;
using OrleansSeg.Model.Federation.Rounds;

namespace OrleansSeg.Model.Federation.Compression;

/// <summary>The byte form of compressed vectors: version, kind, length, then what the kind writes; little-endian.</summary>
/// <remarks>The bytes are a stranger's: nothing is read outside of them, and memory is taken for the expected length alone, after it was found in them.</remarks>
public static class UpdateFrame
{
    /// <summary>Bytes before what the kind writes.</summary>
    internal const int HeaderLength = 6;

    internal const byte Plain = 0, EightBit = 1, TopK = 2;

    private const byte Version = 1;

    /// <summary>Reads a compressed vector back.</summary>
    /// <param name="bytes">What a compressor made.</param>
    /// <param name="length">Numbers that the vector must have (P).</param>
    /// <returns>(P) the vector. Hostile bytes can hold NaN and infinity: <see cref="UpdateCheck"/> comes next.</returns>
    /// <exception cref="InvalidDataException">The bytes are of another version or length, or damaged.</exception>
    public static float[] Read(ReadOnlySpan<byte> bytes, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var reader = new FrameReader(bytes);
        var (version, kind) = (reader.Byte(), reader.Byte());
        if (version != Version)
        {
            throw new InvalidDataException($"A compressed update has format version {version}, expected {Version}.");
        }

        var stated = reader.Int32();
        return stated != length
            ? throw new InvalidDataException($"A compressed update has {stated} numbers, expected {length}.")
            : kind switch
            {
                Plain => PlainCompressor.Read(reader, length),
                EightBit => EightBitCompressor.Read(reader, length),
                TopK => TopKCompressor.Read(reader, length),
                _ => throw new InvalidDataException($"A compressed update is of kind {kind}, which is unknown."),
            };
    }

    /// <summary>A header with room behind it.</summary>
    /// <param name="kind">What is written after the header.</param>
    /// <param name="length">Numbers of the vector (P).</param>
    /// <param name="bodyLength">Bytes after the header.</param>
    internal static byte[] Begin(byte kind, int length, int bodyLength)
    {
        var bytes = new byte[checked(HeaderLength + bodyLength)];
        (bytes[0], bytes[1]) = (Version, kind);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2), length);
        return bytes;
    }

    /// <summary>Refuses what no update may hold.</summary>
    /// <exception cref="ArgumentException">A number is NaN or infinite.</exception>
    internal static void CheckFinite(ReadOnlySpan<float> values)
    {
        var bad = values.IndexOfFirstNotFinite();
        if (bad >= 0)
        {
            throw new ArgumentException($"Number {bad} is {values[bad]}.", nameof(values));
        }
    }
}
