using System.Runtime.InteropServices;

namespace OrleansSeg.Model.Federation.Compression;

/// <summary>No compression: four bytes a number, read back bit by bit.</summary>
public sealed class PlainCompressor : IUpdateCompressor
{
    /// <summary>The name to ask for.</summary>
    public const string CompressorName = "none";

    /// <inheritdoc/>
    public string Name => CompressorName;

    /// <inheritdoc/>
    public bool Lossy => false;

    /// <inheritdoc/>
    public byte[] Compress(ReadOnlySpan<float> values, ulong seed)
    {
        UpdateFrame.CheckFinite(values);
        var bytes = UpdateFrame.Begin(UpdateFrame.Plain, values.Length, checked(values.Length * sizeof(float)));
        MemoryMarshal.AsBytes(values).CopyTo(bytes.AsSpan(UpdateFrame.HeaderLength));
        return bytes;
    }

    internal static float[] Read(FrameReader reader, int length)
    {
        var values = reader.Singles(length);
        reader.End();
        return values.ToArray();
    }
}
