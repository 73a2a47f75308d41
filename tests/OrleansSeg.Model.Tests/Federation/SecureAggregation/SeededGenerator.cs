using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OrleansSeg.Model.Tests.Federation.SecureAggregation;

/// <summary>A generator whose numbers can be had again: SHA-256 over seed and counter. For tests alone.</summary>
internal sealed class SeededGenerator(ulong seed) : RandomNumberGenerator
{
    private readonly byte[] input = new byte[16];
    private readonly byte[] block = new byte[32];
    private ulong counter;
    private int used = 32;

    public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

    public override void GetBytes(Span<byte> data)
    {
        while (data.Length > 0)
        {
            if (used == block.Length)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(input, seed);
                BinaryPrimitives.WriteUInt64LittleEndian(input.AsSpan(8), counter++);
                used = SHA256.HashData(input, block) - block.Length;
            }

            var take = Math.Min(data.Length, block.Length - used);
            block.AsSpan(used, take).CopyTo(data);
            used += take;
            data = data[take..];
        }
    }
}
