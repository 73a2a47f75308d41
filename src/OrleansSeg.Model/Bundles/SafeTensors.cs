using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansSeg.Model.Bundles;

/// <summary>One tensor of a safetensors file, in fp32.</summary>
/// <param name="Shape">Sizes of its dimensions.</param>
/// <param name="Values">Its values, row by row.</param>
public sealed record StoredTensor(long[] Shape, float[] Values);

/// <summary>Reads and writes safetensors files: a length, a JSON header, raw little-endian numbers. Nothing in them is executed.</summary>
/// <remarks>
/// Format: the safetensors specification of 2022. Every offset is checked against the file before memory is taken, so a hostile header
/// can neither read outside the file nor exhaust memory. Reads F32, F16 and BF16; writes F32.
/// </remarks>
public static class SafeTensors
{
    private const int HeaderBytesMax = 16 * 1024 * 1024;

    /// <summary>The file's bytes for these tensors, in ordinal order of their names.</summary>
    public static byte[] Write(IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var header = new SortedDictionary<string, TensorHeader>(StringComparer.Ordinal);
        var offset = 0L;
        foreach (var (name, tensor) in tensors.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var end = offset + ((long)tensor.Values.Length * sizeof(float));
            header.Add(name, new TensorHeader("F32", tensor.Shape, [offset, end]));
            offset = end;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header, BundleJson.Compact);
        var file = new byte[8 + json.Length + offset];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        foreach (var (name, entry) in header)
        {
            MemoryMarshal.AsBytes<float>(tensors[name].Values).CopyTo(file.AsSpan(8 + json.Length + (int)entry.DataOffsets[0]));
        }

        return file;
    }

    /// <summary>Reads a file's bytes.</summary>
    /// <exception cref="InvalidDataException">The header is no JSON, or an offset, shape or type does not fit the file.</exception>
    public static Dictionary<string, StoredTensor> Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 8)
        {
            throw new InvalidDataException("A safetensors file has at least 8 bytes.");
        }

        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(file);
        if (headerLength is < 2 or > HeaderBytesMax || headerLength > file.Length - 8)
        {
            throw new InvalidDataException($"The header claims {headerLength} bytes of a file of {file.Length}.");
        }

        var data = file[(8 + (int)headerLength)..];
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var (name, element) in ReadHeader(file.Slice(8, (int)headerLength)))
        {
            if (name != "__metadata__")
            {
                tensors.Add(name, ReadTensor(name, element, data));
            }
        }

        return tensors;
    }

    private static Dictionary<string, JsonElement> ReadHeader(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json) ?? throw new InvalidDataException("The header is empty.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException("The header is not JSON.", exception);
        }
    }

    private static StoredTensor ReadTensor(string name, JsonElement element, ReadOnlySpan<byte> data)
    {
        TensorHeader header;
        try
        {
            header = element.Deserialize<TensorHeader>(BundleJson.Compact)!;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The header of tensor '{name}' is malformed.", exception);
        }

        if (header is not { Shape: not null, DataOffsets: [var begin, var end], DType: "F32" or "F16" or "BF16" }
            || begin < 0 || end < begin || end > data.Length)
        {
            throw new InvalidDataException($"Tensor '{name}' has a type or offsets that do not fit a file of {data.Length} data bytes.");
        }

        var width = header.DType == "F32" ? 4 : 2;
        var count = header.Shape.Contains(0) ? 0L : 1L;
        foreach (var size in header.Shape)
        {
            if (size < 0 || (size > 0 && count > data.Length / size))
            {
                throw new InvalidDataException($"Tensor '{name}' has a shape larger than the file.");
            }

            count *= size;
        }

        return count * width == end - begin
            ? new StoredTensor(header.Shape, Decode(header.DType, data[(int)begin..(int)end]))
            : throw new InvalidDataException($"Tensor '{name}' has {end - begin} bytes for {count} values of type {header.DType}.");
    }

    private static float[] Decode(string type, ReadOnlySpan<byte> bytes)
    {
        if (type == "F32")
        {
            return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        }

        var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        var values = new float[halves.Length];
        for (var i = 0; i < values.Length; i++)
        {
            // A bf16 is the upper half of an fp32.
            values[i] = type == "F16" ? (float)BitConverter.UInt16BitsToHalf(halves[i]) : BitConverter.Int32BitsToSingle(halves[i] << 16);
        }

        return values;
    }

    private sealed record TensorHeader(
        [property: System.Text.Json.Serialization.JsonPropertyName("dtype")] string DType,
        [property: System.Text.Json.Serialization.JsonPropertyName("shape")] long[] Shape,
        [property: System.Text.Json.Serialization.JsonPropertyName("data_offsets")] long[] DataOffsets);
}
