namespace OrleansSeg.Model.Federation.Compression;

/// <summary>Writes a vector in fewer bytes, at some loss. <see cref="UpdateFrame.Read"/> reads the bytes of every compressor.</summary>
/// <remarks>It keeps nothing. What a lossy one leaves out is kept by <see cref="ErrorFeedback"/>, in and out.</remarks>
public interface IUpdateCompressor
{
    /// <summary>The compressor's name in plans and reports.</summary>
    string Name { get; }

    /// <summary>Whether what is read back can differ from what was written.</summary>
    bool Lossy { get; }

    /// <summary>The bytes of a vector; the same vector and seed give the same bytes.</summary>
    /// <param name="values">(P) finite numbers.</param>
    /// <param name="seed">Of what is random in it, from <see cref="UpdateCompressors.Seed"/>.</param>
    /// <exception cref="ArgumentException">A number is NaN or infinite.</exception>
    byte[] Compress(ReadOnlySpan<float> values, ulong seed);
}
