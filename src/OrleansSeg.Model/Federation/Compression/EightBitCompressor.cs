using System.Buffers.Binary;

namespace OrleansSeg.Model.Federation.Compression;

/// <summary>Options of <see cref="EightBitCompressor"/>.</summary>
public sealed record EightBitOptions
{
    /// <summary>Numbers that share a scale: fewer follow the numbers more closely, at four bytes for each scale.</summary>
    /// <value>Default 256; 1 to 1,048,576.</value>
    public int BlockLength { get; init; } = 256;

    /// <summary>Whether a number between two steps goes up or down by chance, so that it is right in the mean; else to the nearer.</summary>
    /// <value>Default true.</value>
    public bool Stochastic { get; init; } = true;
}

/// <summary>One byte a number and a scale for each block of them: about a quarter of the bytes.</summary>
/// <remarks>
/// A number is off by less than its block's scale, by at most half of it when rounding to the nearer; the scale is the block's largest magnitude over 127.
/// In blocks of numbers below 2e-36, where floats themselves grow coarse, up to 2^-143 comes on top.
/// Stochastic rounding as in Alistarh et al. 2017, arXiv:1610.02132, section 3.1. Differs: the largest magnitude scales a block, not its norm, and
/// codes take a whole byte, for speed.
/// </remarks>
public sealed class EightBitCompressor : IUpdateCompressor
{
    /// <summary>The name to ask for.</summary>
    public const string CompressorName = "int8";

    private const int CodeMax = 127, BlockLengthMax = 1 << 20;

    private readonly EightBitOptions _options;

    /// <summary>Makes the compressor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The block length is out of bounds.</exception>
    public EightBitCompressor(EightBitOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.BlockLength, BlockLengthMax);
        _options = options;
    }

    /// <inheritdoc/>
    public string Name => CompressorName;

    /// <inheritdoc/>
    public bool Lossy => true;

    /// <inheritdoc/>
    public byte[] Compress(ReadOnlySpan<float> values, ulong seed)
    {
        UpdateFrame.CheckFinite(values);
        var blocks = BlockCount(values.Length, _options.BlockLength);
        var bytes = UpdateFrame.Begin(UpdateFrame.EightBit, values.Length, checked(((1 + blocks) * sizeof(float)) + values.Length));
        var body = bytes.AsSpan(UpdateFrame.HeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(body, _options.BlockLength);
        var scales = body[sizeof(int)..];
        var codes = body[((1 + blocks) * sizeof(float))..];
        for (var block = 0; block < blocks; block++)
        {
            var start = block * _options.BlockLength;
            var part = values[start..Math.Min(start + _options.BlockLength, values.Length)];
            var scale = Scale(part);
            BinaryPrimitives.WriteSingleLittleEndian(scales[(block * sizeof(float))..], scale);
            for (var i = 0; i < part.Length; i++)
            {
                codes[start + i] = (byte)Code(part[i], scale, seed, start + i);
            }
        }

        return bytes;
    }

    internal static float[] Read(FrameReader reader, int length)
    {
        var blockLength = reader.Int32();
        if (blockLength is < 1 or > BlockLengthMax)
        {
            throw new InvalidDataException($"A compressed update has blocks of {blockLength} numbers; 1 to {BlockLengthMax} are possible.");
        }

        var scales = reader.Singles(BlockCount(length, blockLength));
        var codes = reader.Take(length);
        reader.End();
        var values = new float[length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (sbyte)codes[i] * scales[i / blockLength];
        }

        return values;
    }

    private static int BlockCount(int length, int blockLength) => (int)(((long)length + blockLength - 1) / blockLength);

    private static float Scale(ReadOnlySpan<float> block)
    {
        var largest = 0f;
        foreach (var value in block)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        // Near the largest float, a scale rounded up would make infinity of the largest code.
        var scale = largest / CodeMax;
        return float.IsFinite(scale * CodeMax) ? scale : MathF.BitDecrement(scale);
    }

    private sbyte Code(float value, float scale, ulong seed, int index)
    {
        if (scale == 0)
        {
            return 0;
        }

        var exact = (double)value / scale;
        var code = _options.Stochastic ? Math.Floor(exact + CounterRandom.Uniform(seed, index)) : Math.Round(exact);
        return (sbyte)Math.Clamp(code, -CodeMax, CodeMax);
    }
}
