using System.Buffers.Binary;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>Vectors that are kept with the model, so that a shop's titles are encoded once and not in every silo. N texts, X width.</summary>
/// <remarks>
/// Texts are named by <see cref="ContentHash"/> and are not kept. Only texts that several customers have in common are: what one
/// customer wrote leaves no trace in a bundle.
/// </remarks>
internal sealed class KnownTexts
{
    /// <summary>Most texts that are kept; of more, those of the most customers.</summary>
    public const int CountMax = 100_000;

    /// <summary>Fewest customers that must have a text in common before it is kept.</summary>
    public const int CustomersMin = 5;

    private readonly Dictionary<UInt128, int> _places;

    private KnownTexts(Dictionary<UInt128, int> places, float[] vectors, int width) => (_places, Vectors, Width) = (places, vectors, width);

    /// <summary>Texts that are kept (N).</summary>
    public int Count => _places.Count;

    /// <summary>Width of the vectors (X).</summary>
    public int Width { get; }

    /// <summary>(N, X) in the order of the hashes.</summary>
    public float[] Vectors { get; }

    /// <summary>Texts of training examples that may be kept, most common first.</summary>
    public static List<string> Common(IReadOnlyList<Example> examples)
    {
        var customers = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var example in examples)
        {
            foreach (var step in example.Input.Tokens.Span)
            {
                foreach (var text in step.Texts)
                {
                    if (!customers.TryGetValue(text, out var readers))
                    {
                        customers.Add(text, readers = new HashSet<string>(StringComparer.Ordinal));
                    }

                    readers.Add(example.CustomerId);
                }
            }
        }

        return [.. customers.Where(text => text.Value.Count >= CustomersMin)
            .OrderByDescending(text => text.Value.Count).ThenBy(text => text.Key, StringComparer.Ordinal).Take(CountMax).Select(text => text.Key)];
    }

    /// <summary>Keeps the vectors of texts.</summary>
    /// <param name="texts">Different texts.</param>
    /// <param name="width">Width of the vectors (X).</param>
    /// <param name="vectorOf">(X) vector of a text.</param>
    public static KnownTexts Of(IReadOnlyList<string> texts, int width, Func<string, float[]> vectorOf)
    {
        var sorted = texts.Select(text => (Hash: ContentHash.Of(text), Text: text)).DistinctBy(entry => entry.Hash).OrderBy(entry => entry.Hash).ToList();
        var vectors = new float[sorted.Count * width];
        var places = new Dictionary<UInt128, int>(sorted.Count);
        foreach (var (hash, text) in sorted)
        {
            vectorOf(text).CopyTo(vectors, places.Count * width);
            places.Add(hash, places.Count);
        }

        return new KnownTexts(places, vectors, width);
    }

    /// <summary>Reads what <see cref="HashBytes"/> and <see cref="Vectors"/> gave.</summary>
    /// <exception cref="InvalidDataException">They do not fit each other.</exception>
    public static KnownTexts Read(ReadOnlySpan<byte> hashes, float[] vectors, int width)
    {
        var count = hashes.Length / ContentHash.ByteCount;
        if (hashes.Length % ContentHash.ByteCount != 0 || vectors.Length != (long)count * width)
        {
            throw new InvalidDataException($"The kept text vectors are {vectors.Length} numbers, which is not {width} for each of {count} hashes.");
        }

        var places = new Dictionary<UInt128, int>(count);
        for (var place = 0; place < count; place++)
        {
            places.TryAdd(BinaryPrimitives.ReadUInt128BigEndian(hashes.Slice(place * ContentHash.ByteCount, ContentHash.ByteCount)), place);
        }

        return new KnownTexts(places, vectors, width);
    }

    /// <summary>(N, 16) the hashes, ascending.</summary>
    public byte[] HashBytes()
    {
        var bytes = new byte[_places.Count * ContentHash.ByteCount];
        foreach (var (hash, place) in _places)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(place * ContentHash.ByteCount), hash);
        }

        return bytes;
    }

    /// <summary>Finds the (X) vector of a text.</summary>
    public bool TryFind(string text, out ReadOnlyMemory<float> vector)
    {
        var found = _places.TryGetValue(ContentHash.Of(text), out var place);
        vector = found ? Vectors.AsMemory(place * Width, Width) : default;
        return found;
    }
}
