using System.Runtime.InteropServices;
using System.Text;

namespace OrleansSeg.Model.Tests.Text.Checkpoints;

/// <summary>Writes random weights of any shape as bf16, a tensor at a time.</summary>
internal static class HalfWidthFile
{
    /// <summary>Writes the file; normalization weights are 1, biases 0, the others between -0.04 and 0.04.</summary>
    public static void Write(string path, IEnumerable<(string Name, long[] Shape)> shapes)
    {
        var (header, offset, all) = (new StringBuilder("{"), 0L, shapes.ToList());
        foreach (var (name, shape) in all)
        {
            var end = offset + (2 * Count(shape));
            header.Append($"{(offset > 0 ? "," : "")}\"{name}\":{{\"dtype\":\"BF16\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{offset},{end}]}}");
            offset = end;
        }

        header.Append('}');
        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes((long)header.Length));
        file.Write(Encoding.UTF8.GetBytes(header.ToString()));
        var random = new Random(7);
        foreach (var (name, shape) in all)
        {
            var numbers = new ushort[Count(shape)];
            random.NextBytes(MemoryMarshal.AsBytes(numbers.AsSpan()));
            for (var i = 0; i < numbers.Length; i++)
            {
                var drawn = ((numbers[i] / 65535f) - 0.5f) * 0.08f;
                var value = shape.Length > 1 ? drawn : name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? 1 : 0;
                numbers[i] = (ushort)(BitConverter.SingleToInt32Bits(value) >> 16);
            }

            file.Write(MemoryMarshal.AsBytes<ushort>(numbers));
        }
    }

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, size) => product * size);
}
