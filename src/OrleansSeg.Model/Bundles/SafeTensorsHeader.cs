using System.Buffers.Binary;
using System.Text.Json;

namespace OrleansSeg.Model.Bundles;

/// <summary>Where one tensor lies in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of its numbers.</param>
/// <param name="Shape">Sizes of its dimensions; none for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">The byte after its last.</param>
internal sealed record TensorPlace(string Name, SafeTensorsType Type, long[] Shape, long Begin, long End)
{
    /// <summary>How many numbers it holds.</summary>
    public long Count => (End - Begin) / Type.Width;
}

/// <summary>The header of a safetensors file, checked against the file's length before any of it is believed.</summary>
/// <remarks>
/// Format: github.com/huggingface/safetensors, section "Format". As there, the tensors cover the data without overlap or hole and names are
/// unique. Stricter: a tensor begins at a multiple of its numbers' width, and the header has at most 16 MiB, not 100 MB.
/// </remarks>
internal static class SafeTensorsHeader
{
    /// <summary>Bytes of the header's length, at the start of the file.</summary>
    public const int LengthBytes = 8;

    private const int HeaderBytesMax = 16 * 1024 * 1024;
    private const int RankMax = 16;
    private const int ShownMax = 100;

    /// <summary>Bytes of the JSON that follows the length.</summary>
    /// <param name="start">The file's first bytes, at least as many as <see cref="LengthBytes"/> where it has them.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    /// <exception cref="InvalidDataException">The file is shorter than it claims, or claims more than is read.</exception>
    public static int ReadLength(ReadOnlySpan<byte> start, long fileLength)
    {
        if (fileLength < LengthBytes || start.Length < LengthBytes)
        {
            throw new InvalidDataException($"A safetensors file has at least {LengthBytes} bytes.");
        }

        var length = BinaryPrimitives.ReadInt64LittleEndian(start);
        return length is >= 2 and <= HeaderBytesMax && length <= fileLength - LengthBytes
            ? (int)length
            : throw new InvalidDataException($"The header claims {length} bytes of a file of {fileLength}; at most {HeaderBytesMax} are read.");
    }

    /// <summary>The tensors that the header names, in the order of their data.</summary>
    /// <param name="json">The header.</param>
    /// <param name="dataLength">Bytes after the header.</param>
    /// <exception cref="InvalidDataException">It is no such header, or does not fit the data; the message names the tensor.</exception>
    public static IReadOnlyList<TensorPlace> Parse(ReadOnlySpan<byte> json, long dataLength)
    {
        var places = new List<TensorPlace>();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "The header is no JSON object.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (name == "__metadata__")
                {
                    reader.Skip();
                    continue;
                }

                places.Add(ReadPlace(ref reader, name, dataLength));
            }

            Expect(!reader.Read(), "The header goes on after its end.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"The header is not JSON of the expected form: {exception.Message}", exception);
        }

        return Covering(places, dataLength);
    }

    /// <summary>A name as messages show it: no longer than a line, without control characters.</summary>
    public static string Shown(string name)
    {
        var cut = name.Length <= ShownMax ? name : name[..ShownMax] + "…";
        return string.Concat(cut.Select(c => char.IsControl(c) ? '?' : c));
    }

    private static TensorPlace ReadPlace(ref Utf8JsonReader reader, string name, long dataLength)
    {
        string? type = null;
        long[]? shape = null, offsets = null;
        Expect(reader.TokenType == JsonTokenType.StartObject, $"The header of tensor '{Shown(name)}' is no object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString();
            reader.Read();
            switch (field)
            {
                case "dtype" when type is null && reader.TokenType == JsonTokenType.String:
                    type = reader.GetString();
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, RankMax, name);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, 2, name);
                    break;
                default:
                    throw new InvalidDataException($"Tensor '{Shown(name)}' has an unknown, malformed or repeated field '{Shown(field!)}'.");
            }
        }

        Expect(type is not null && shape is not null && offsets is { Length: 2 }, $"Tensor '{Shown(name)}' lacks its dtype, shape or data_offsets.");
        return Check(name, type!, shape!, offsets![0], offsets[1], dataLength);
    }

    private static long[] ReadNumbers(ref Utf8JsonReader reader, int countMax, string name)
    {
        var numbers = new List<long>();
        Expect(reader.TokenType == JsonTokenType.StartArray, $"Tensor '{Shown(name)}' has no list where one is expected.");
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            Expect(
                numbers.Count < countMax && reader.TryGetInt64(out var number) && number >= 0 && Added(numbers, number),
                $"Tensor '{Shown(name)}' has more than {countMax} numbers in a list, or one that is no whole number from 0 to 2^63 - 1.");
        }

        Expect(reader.TokenType == JsonTokenType.EndArray, $"Tensor '{Shown(name)}' has a list with something else than numbers.");
        return [.. numbers];
    }

    private static bool Added(List<long> numbers, long number)
    {
        numbers.Add(number);
        return true;
    }

    private static TensorPlace Check(string name, string typeName, long[] shape, long begin, long end, long dataLength)
    {
        var type = SafeTensorsType.Find(typeName)
            ?? throw new InvalidDataException($"Tensor '{Shown(name)}' is of type '{Shown(typeName)}', which is unknown.");
        Expect(begin <= end && end <= dataLength, $"Tensor '{Shown(name)}' lies at {begin} to {end} of {dataLength} bytes of data.");
        Expect(begin % type.Width == 0, $"Tensor '{Shown(name)}' begins at {begin}, no multiple of the {type.Width} bytes of a {type.Name}.");
        var count = shape.Contains(0) ? 0L : 1L;
        foreach (var size in shape)
        {
            // Divided rather than multiplied: sizes whose product overflows must not look small.
            Expect(size == 0 || count <= dataLength / size, $"Tensor '{Shown(name)}' of shape {Shown(shape)} is larger than the file.");
            count *= size;
        }

        Expect(
            count <= dataLength / type.Width && count * type.Width == end - begin,
            $"Tensor '{Shown(name)}' has {end - begin} bytes for {count} numbers of type {type.Name} in shape {Shown(shape)}.");
        return new TensorPlace(name, type, shape, begin, end);
    }

    private static List<TensorPlace> Covering(List<TensorPlace> places, long dataLength)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var ordered = places.OrderBy(place => place.Begin).ThenBy(place => place.End).ThenBy(place => place.Name, StringComparer.Ordinal).ToList();
        var end = 0L;
        foreach (var place in ordered)
        {
            Expect(names.Add(place.Name), $"Tensor '{Shown(place.Name)}' is named twice.");
            Expect(place.Begin == end, $"Tensor '{Shown(place.Name)}' begins at {place.Begin} where the data before it ends at {end}.");
            end = place.End;
        }

        Expect(end == dataLength, $"The tensors end at {end} of {dataLength} bytes of data.");
        return ordered;
    }

    private static string Shown(long[] shape) => $"({string.Join(", ", shape)})";

    private static void Expect(bool held, string otherwise)
    {
        if (!held)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
