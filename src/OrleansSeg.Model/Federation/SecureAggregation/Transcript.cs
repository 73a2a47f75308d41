using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace OrleansSeg.Model.Federation.SecureAggregation;

/// <summary>Bytes to sign, hash or bind a key to: every part carries its length, so that no two lists of parts give the same bytes.</summary>
internal sealed class Transcript
{
    private readonly ArrayBufferWriter<byte> bytes = new();

    public Transcript(string purpose) => Add("OrleansSeg secure aggregation 1").Add(purpose);

    public Transcript Add(ReadOnlySpan<byte> part)
    {
        Add(part.Length);
        bytes.Write(part);
        return this;
    }

    public Transcript Add(string part) => Add(Encoding.UTF8.GetBytes(part));

    public Transcript Add(int number)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(four, number);
        bytes.Write(four);
        return this;
    }

    public byte[] ToArray() => bytes.WrittenSpan.ToArray();
}
