using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>Names a text by its content: the first 128 bits of the SHA-256 of its UTF-8.</summary>
internal static class ContentHash
{
    /// <summary>Bytes of one hash in a file.</summary>
    public const int ByteCount = 16;

    /// <summary>The text's hash.</summary>
    public static UInt128 Of(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
