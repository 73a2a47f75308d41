namespace OrleansSeg.Model.Federation.Compression;

/// <summary>Bytes of updates: as they went, and as they would have gone uncompressed.</summary>
/// <param name="Sent">Bytes sent.</param>
/// <param name="Plain">Bytes that <see cref="PlainCompressor"/> would have sent.</param>
public readonly record struct TransferredBytes(long Sent, long Plain)
{
    /// <summary>Sent over plain; NaN where nothing was sent.</summary>
    public double Ratio => Plain == 0 ? double.NaN : (double)Sent / Plain;

    /// <summary>The bytes of one vector.</summary>
    /// <param name="bytes">Its compressed form.</param>
    /// <param name="length">Its numbers (P).</param>
    public static TransferredBytes Of(ReadOnlySpan<byte> bytes, int length) => new(bytes.Length, UpdateFrame.HeaderLength + ((long)length * sizeof(float)));

    /// <summary>Both together.</summary>
    public static TransferredBytes operator +(TransferredBytes left, TransferredBytes right) => new(left.Sent + right.Sent, left.Plain + right.Plain);

    /// <summary>Both together.</summary>
    public static TransferredBytes Add(TransferredBytes left, TransferredBytes right) => left + right;
}
