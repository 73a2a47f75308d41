using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Bundles;

/// <summary>One tensor of a safetensors file, in fp32 here, whatever it is in the file.</summary>
/// <param name="Shape">Sizes of its dimensions.</param>
/// <param name="Values">Its values, row by row.</param>
public sealed record StoredTensor(long[] Shape, float[] Values)
{
    /// <summary>Type of its numbers in a file that is written.</summary>
    internal SafeTensorsType Type { get; init; } = SafeTensorsType.Single;

    /// <summary>A copy of a tensor, wherever it lives and in whatever precision.</summary>
    public static StoredTensor Of(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using var scope = NewDisposeScope();
        return new StoredTensor(tensor.shape, tensor.detach().cpu().to(float32).contiguous().data<float>().ToArray());
    }
}

/// <summary>Reads and writes safetensors files: a length, a JSON header, raw little-endian numbers. Nothing in them is executed.</summary>
/// <remarks>
/// Every offset is checked against the file before memory is taken, so a hostile header can neither read outside the file nor exhaust
/// memory. Reads F32, F16 and BF16; writes these and I8. <see cref="SafeTensorsFile"/> reads a large file without taking it into memory.
/// </remarks>
public static class SafeTensors
{
    private const int ChunkLength = 1 << 16;

    /// <summary>The file's bytes for these tensors, wider numbers first, then in ordinal order of their names: the same tensors always give the same bytes.</summary>
    public static byte[] Write(IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        using var file = new MemoryStream();
        Write(file, tensors);
        return file.ToArray();
    }

    /// <summary>Writes the file's bytes for these tensors, wider numbers first, then in ordinal order of their names, of any size together.</summary>
    public static void Write(Stream file, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(tensors);
        var header = new SortedDictionary<string, TensorHeader>(StringComparer.Ordinal);
        var offset = 0L;
        foreach (var (name, tensor) in InOrder(tensors))
        {
            var end = offset + ((long)tensor.Values.Length * tensor.Type.Width);
            header.Add(name, new TensorHeader(tensor.Type.Name, tensor.Shape, [offset, end]));
            offset = end;
        }

        // As the reference writer does, spaces fill the header up so that the data begin at a multiple of eight.
        var json = JsonSerializer.SerializeToUtf8Bytes(header, BundleJson.Compact);
        var filled = (json.Length + 7) / 8 * 8;
        Span<byte> length = stackalloc byte[SafeTensorsHeader.LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(length, filled);
        file.Write(length);
        file.Write(json);
        file.Write("        "u8[..(filled - json.Length)]);
        foreach (var (_, tensor) in InOrder(tensors))
        {
            Write(file, tensor);
        }
    }

    /// <summary>Reads a file's bytes.</summary>
    /// <exception cref="InvalidDataException">The header is no JSON, or an offset, shape or type does not fit the file.</exception>
    public static Dictionary<string, StoredTensor> Read(ReadOnlySpan<byte> file)
    {
        var headerLength = SafeTensorsHeader.ReadLength(file, file.Length);
        var data = file[(SafeTensorsHeader.LengthBytes + headerLength)..];
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var place in SafeTensorsHeader.Parse(file.Slice(SafeTensorsHeader.LengthBytes, headerLength), data.Length))
        {
            if (!place.Type.ReadsAsSingle)
            {
                throw new InvalidDataException($"Tensor '{SafeTensorsHeader.Shown(place.Name)}' is of type {place.Type.Name}; F32, F16 and BF16 are read.");
            }

            var values = new float[place.Count];
            place.Type.Widen(data[(int)place.Begin..(int)place.End], values);
            tensors.Add(place.Name, new StoredTensor(place.Shape, values));
        }

        return tensors;
    }

    // Wider numbers first, so that each tensor begins at a multiple of its numbers' width whatever stands before it.
    private static IEnumerable<KeyValuePair<string, StoredTensor>> InOrder(IReadOnlyDictionary<string, StoredTensor> tensors) =>
        tensors.OrderByDescending(pair => pair.Value.Type.Width).ThenBy(pair => pair.Key, StringComparer.Ordinal);

    private static void Write(Stream file, StoredTensor tensor)
    {
        var bytes = new byte[ChunkLength * tensor.Type.Width];
        for (var from = 0; from < tensor.Values.Length; from += ChunkLength)
        {
            var values = tensor.Values.AsSpan(from, Math.Min(ChunkLength, tensor.Values.Length - from));
            var narrowed = bytes.AsSpan(0, values.Length * tensor.Type.Width);
            tensor.Type.Narrow(values, narrowed);
            file.Write(narrowed);
        }
    }

    private sealed record TensorHeader(
        [property: JsonPropertyName("dtype")] string DType,
        [property: JsonPropertyName("shape")] long[] Shape,
        [property: JsonPropertyName("data_offsets")] long[] DataOffsets);
}
