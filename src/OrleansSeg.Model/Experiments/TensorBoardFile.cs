using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace OrleansSeg.Model.Experiments;

/// <summary>Writes curves as TensorBoard reads them: <c>Event</c> messages with <c>Summary</c> scalars in TFRecord frames.</summary>
/// <remarks>
/// The format is TensorFlow's: <c>tensorflow/core/util/event.proto</c>, <c>summary.proto</c> and <c>lib/io/record_writer.h</c>. A frame is its length
/// (8 bytes, little-endian), that length's masked CRC-32C, the message, and the message's masked CRC-32C. A file that ends within a frame
/// is read up to there. Not safe for several threads.
/// </remarks>
public sealed class TensorBoardFile : IDisposable
{
    private const string Version = "brain.Event:2";
    private readonly FileStream _stream;
    private readonly TimeProvider _time;

    /// <summary>Makes a file in a folder; the folder is a run of TensorBoard's.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="time">The clock that events are dated by.</param>
    public TensorBoardFile(string folder, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        Directory.CreateDirectory(folder);
        var began = time.GetUtcNow().ToUnixTimeMilliseconds() / 1_000;

        // A run that goes on has one file more: TensorBoard reads all of a folder, in the order of their names.
        _stream = Enumerable.Range(0, int.MaxValue)
            .Select(number => TryCreate(System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{began:D10}.orleansseg.{number}"))))
            .OfType<FileStream>().First();
        Path = _stream.Name;
        Write(Message(step: null, writer => Field(writer, 3, Encoding.UTF8.GetBytes(Version))));
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Appends one scalar, so that a reader sees it at once.</summary>
    /// <param name="tag">The curve's name.</param>
    /// <param name="step">Where on the curve, at least 0.</param>
    /// <param name="value">The value.</param>
    public void Add(string tag, long step, float value)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        var scalar = new MemoryStream();
        Field(scalar, 1, Encoding.UTF8.GetBytes(tag));
        scalar.WriteByte((2 << 3) | 5);
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(number, value);
        scalar.Write(number);
        var summary = new MemoryStream();
        Field(summary, 1, scalar.ToArray());
        Write(Message(step, writer => Field(writer, 5, summary.ToArray())));
    }

    /// <inheritdoc />
    public void Dispose() => _stream.Dispose();

    /// <summary>The masked checksum of TFRecord frames: rotated and moved, because a checksum of data that hold checksums says little.</summary>
    internal static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return unchecked(BitOperations.RotateRight(~crc, 15) + 0xa282ead8u);
    }

    // Asked of the file system in one step: another run may take the name between a question and an answer.
    private static FileStream? TryCreate(string path)
    {
        try
        {
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private byte[] Message(long? step, Action<MemoryStream> what)
    {
        var message = new MemoryStream();
        message.WriteByte((1 << 3) | 1);
        Span<byte> seconds = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(seconds, _time.GetUtcNow().ToUnixTimeMilliseconds() / 1_000.0);
        message.Write(seconds);
        if (step is { } number)
        {
            message.WriteByte(2 << 3);
            Number(message, (ulong)number);
        }

        what(message);
        return message.ToArray();
    }

    private void Write(byte[] message)
    {
        Span<byte> frame = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(frame, (ulong)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], MaskedCrc(frame[..8]));
        _stream.Write(frame);
        _stream.Write(message);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, MaskedCrc(message));
        _stream.Write(frame[..4]);
        _stream.Flush();
    }

    // Protocol buffers: a field's number and kind, then its length, then its bytes.
    private static void Field(MemoryStream target, int number, byte[] content)
    {
        target.WriteByte((byte)((number << 3) | 2));
        Number(target, (ulong)content.Length);
        target.Write(content);
    }

    private static void Number(MemoryStream target, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            target.WriteByte((byte)(value | 0x80));
        }

        target.WriteByte((byte)value);
    }
}
